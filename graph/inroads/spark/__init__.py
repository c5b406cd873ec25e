"""The same answers from Spark's DataFrame API, for populations that one machine does not hold."""
