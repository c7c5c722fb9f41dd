"""Tier 1: the common subset of JavaScript as Python closures."""

from blok.expressions.compiled.compiler import Compiled, compile_tree
from blok.expressions.compiled.finish import finished, new_frame
from blok.expressions.compiled.frame import Unproven

__all__ = ["Compiled", "Unproven", "compile_tree", "finished", "new_frame"]
