"""Drawing: primitives, places, dishes and objects, from which the picture recipes compose."""
