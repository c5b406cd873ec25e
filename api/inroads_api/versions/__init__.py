"""Which graph answers: the served version, those of the past, those that limited callers see."""
