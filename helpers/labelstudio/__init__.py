"""Label Studio: reading its exports, settling their blemishes, writing pre-annotations and project interfaces."""

from .images import find_image, open_image
from .reader import Policy, read_export
from .records import Annotation, Box, ExportError, Note, Relation, Report, Span, Task
from .spans import settle
from .writers import project_xml, read_labels, write_box_predictions, write_predictions

__all__ = [
    "Annotation", "Box", "ExportError", "Note", "Policy", "Relation", "Report", "Span", "Task",
    "find_image", "open_image", "project_xml", "read_export", "read_labels", "settle", "write_box_predictions",
    "write_predictions",
]  # fmt: skip
