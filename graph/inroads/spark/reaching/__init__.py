"""The accesses of everyone on Spark, and what follows from an identity's accesses alone."""
