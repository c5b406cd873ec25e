"""What follows from reach: explanations, changes, what-ifs, findings."""
