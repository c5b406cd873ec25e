"""Answers on Spark, equal to those of a graph: documents of a lake, folded bucket by bucket by the engine of `columns`.

It needs the extra `inroads[spark]`, on the driver and on each worker.
"""
