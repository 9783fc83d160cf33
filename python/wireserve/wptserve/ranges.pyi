from ._native import Range as Range, RangeParser as RangeParser

__all__ = ["Range", "RangeParser"]
