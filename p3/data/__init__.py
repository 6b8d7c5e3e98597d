"""The data tree: the only code that knows a path in it or opens one of its stores."""
