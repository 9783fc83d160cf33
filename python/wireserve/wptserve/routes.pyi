from .router import _Route

__all__ = ["routes"]

routes: list[_Route]
