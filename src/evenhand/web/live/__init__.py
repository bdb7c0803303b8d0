"""Live sources and what people hand in by themselves: an app over `evenhand.live`."""
