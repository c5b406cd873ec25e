"""The full-screen queue of a review campaign: `inroads review work`."""
