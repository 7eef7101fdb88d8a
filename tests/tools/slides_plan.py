"""Puts the steps of a lesson on slides on which everything fits."""

from dataclasses import dataclass, field, replace

from slides_lesson import Block, Section, Step, folded, sentences, shortened, steps
from slides_measure import (
    AMPLE,
    CODE_LINE,
    FOOT,
    GAP,
    HEIGHT,
    INNER,
    LARGEST_PICTURE,
    LEFT,
    PICTURE,
    SCALES,
    SMALLEST_PICTURE,
    TITLE_SIZE,
    TOP,
    code_columns,
    code_height,
    columns,
    markdown_height,
    picture_size,
    rich_height,
    text_lines,
)

PACKED = 3  # rank of the smallest scale at which steps may share a slide
TOGETHER = 3  # pieces of code on a slide
COMFORTABLE = 1.2  # of the natural size of a picture
PICTURES = ("image/png", "image/jpeg")


@dataclass
class Page:
    """A slide: its title, its steps, the font sizes."""

    id: str
    title: str
    level: int
    new: bool
    steps: list[Step] = field(default_factory=list)
    scale: tuple[int, int] = SCALES[0]

    @property
    def blocks(self) -> list[Block]:
        """All that stands under the title."""
        return [block for step in self.steps for block in step.blocks]

    @property
    def width(self) -> float:
        """Width that is not a picture's."""
        return LEFT if self.steps[0].beside else INNER


def room_under(title: str) -> float:
    """Height left under a title."""
    return HEIGHT - TOP - FOOT - text_lines(title, TITLE_SIZE) * TITLE_SIZE * 1.2 - 20


def picture_kind(block: Block) -> str | None:
    """Type of the picture that a block is, if it is one."""
    return next((kind for kind in PICTURES if kind in block.output.get("data", {})), None)


def printed(block: Block) -> str | None:
    """The text of code or of a printed output."""
    if block.kind == "code":
        return block.source
    if block.kind == "text" or picture_kind(block) or "text/html" in block.output.get("data", {}):
        return None
    return block.output.get("text") or block.output["data"]["text/plain"]


def natural_size(block: Block) -> tuple[int, int]:
    """Width and height of a picture before it is fitted."""
    return picture_size(block.output, picture_kind(block))


def height(
    block: Block, scale: tuple[int, int], room: float, width: float = INNER, zoom: float = SMALLEST_PICTURE
) -> float:
    """Height of a block, the least that is readable for a picture; none for one that stands beside the rest."""
    text_size, code_size = scale
    if block.kind == "text":
        return markdown_height(block.source, text_size, width)
    if picture_kind(block):
        wide, high = natural_size(block)
        return 0 if width < INNER else min(high * min(zoom, INNER / wide) + GAP, room)
    text = printed(block)
    if text is None:
        return rich_height(block.output["data"]["text/html"], code_size)
    return code_height(text, code_size, width)


def widest(blocks: list[Block], width: float) -> int:
    """Characters of the longest line of code that some scale can show without folding it."""
    lines = [columns(line) for block in blocks for line in (printed(block) or "").split("\n")]
    return max((line for line in lines if line <= code_columns(SCALES[-1][1], width)), default=0)


def best_scale(blocks: list[Block], room: float, width: float = INNER) -> int | None:
    """Rank of the largest font sizes at which blocks fit, if any do."""
    first = 2 if any(picture_kind(block) for block in blocks) else 0  # the picture takes the room that is left
    for rank in range(first, len(SCALES)):
        used = sum(height(block, SCALES[rank], room, width) for block in blocks)
        if widest(blocks, width) <= code_columns(SCALES[rank][1], width) and used <= room:
            return rank
    return None


def beside(step: Step, room: float) -> Step | None:
    """The step with its picture on the right, if it has one that is about as high as wide, and the rest fits."""
    pictures = drawn([step])
    if len(pictures) != 1 or len(step.blocks) == 1 or any("text/html" in b.output.get("data", {}) for b in step.blocks):
        return None
    wide, high = natural_size(pictures[0])
    if high < 0.8 * wide:
        return None
    narrow = code_columns(SCALES[-1][1], LEFT)
    for choice in (step, brief(step)):
        blocks = [replace(b, source=folded(b.source, narrow)) if b.kind == "code" else b for b in choice.blocks]
        if best_scale(blocks, room, LEFT) is not None:
            return replace(step, blocks=blocks, beside=True, alone=True)
    return None


def chosen_scale(page: Page, room: float) -> tuple[int, int]:
    """The font sizes of a slide."""
    plain = all(block.kind == "text" for block in page.blocks) or any("Solution" in step.code for step in page.steps)
    lines = [columns(line) for block in page.blocks for line in (printed(block) or "").split("\n")]
    narrow = max(lines) <= code_columns(AMPLE[1]) and not any(picture_kind(block) for block in page.blocks)
    if plain and narrow and sum(height(block, AMPLE, room) for block in page.blocks) <= 0.8 * room:
        return AMPLE
    return SCALES[best_scale(page.blocks, room, page.width)]


def pieces(block: Block, room: float) -> list[Block]:
    """A block that is too high by itself, cut in equal parts; pictures shrink instead."""
    text, size = printed(block), SCALES[PACKED][1]
    if text is None:
        return [block]
    lines = text.rstrip("\n").split("\n")
    count = -(-int(code_height(text, size)) // int(room - size * CODE_LINE))
    share = -(-len(lines) // count)
    texts = ["\n".join(lines[start : start + share]) for start in range(0, len(lines), share)]
    if block.kind == "code":
        return [replace(block, source=part) for part in texts]
    return [replace(block, output={"output_type": "stream", "name": "stdout", "text": part}) for part in texts]


def cut(step: Step, room: float) -> list[Step]:
    """A step on as many slides as it needs; its notes go with the first and the last."""
    placed = beside(step, room)
    if placed is not None:
        return [placed]
    bare = replace(step, blocks=[block for block in step.blocks if not block.spare])
    for choice in (step, brief(step), bare):
        if best_scale(choice.blocks, room) is not None:
            return [choice]
    pages: list[list[Block]] = [[]]
    for block in step.blocks:
        parts = pieces(block, room) if best_scale([block], room) is None else [block]
        for part in parts:
            if best_scale([*pages[-1], part], room) is None:
                if all(other.spare for other in pages[-1]):
                    pages[-1] = []  # no slide of a lone sentence that the notes hold
                else:
                    pages.append([])
            pages[-1].append(part)
    made = [Step(f"{step.id}-{rank}" if rank else step.id, blocks, alone=True) for rank, blocks in enumerate(pages)]
    made[-1].alone = step.alone
    made[0].before, made[0].code, made[-1].after = step.before, step.code, step.after
    made[-1].comment = step.comment
    return made


def brief(step: Step) -> Step:
    """The step with its text reduced to a sentence; the notes hold the rest."""
    blocks = [replace(block, source=sentences(block.source)[-1]) if block.spare else block for block in step.blocks]
    return replace(step, blocks=blocks)


def drawn(group: list[Step]) -> list[Block]:
    """The pictures of steps."""
    return [block for step in group for block in step.blocks if picture_kind(block)]


def height_of(group: list[Step], room: float) -> float:
    """Height of steps in letters of a middle size, with pictures that are easy to read."""
    return sum(height(block, SCALES[2], room, zoom=COMFORTABLE) for step in group for block in step.blocks)


def shared(group: list[Step], room: float) -> list[Step] | None:
    """Steps as they stand together on one slide, with shorter texts if need be; nothing if they cannot."""
    if len(group) == 1:
        return group
    prepared = not group[-1].alone or not group[-1].before  # an exercise may follow what prepares it
    if any(step.alone for step in group[:-1]) or group[-1].beside or not prepared:
        return None
    if drawn(group) and height_of(group, room) > room:
        return None
    if sum(block.kind == "code" for step in group for block in step.blocks) > TOGETHER:
        return None
    # Code that no sentence announces goes on from the code before it, and belongs on its slide.
    follows = any(not step.before for step in group[1:])
    for choice in [group, *([[brief(step) for step in group]] if follows else [])]:
        if best_scale([block for step in choice for block in step.blocks], room) is not None:
            return choice
    return None


def packed(units: list[Step], room: float) -> list[list[Step]]:
    """Consecutive steps put together so that slides are evenly filled (dynamic programming over where slides end)."""

    def cost(group: list[Step], first: bool) -> float:
        used = height_of(group, room)
        unannounced = 0 if first or group[0].before or group[0].alone else 0.3
        return max(0.0, 1 - used / room) ** 2 + unannounced

    best: list[tuple[float, list[list[Step]]]] = [(0.0, [])]
    for end in range(1, len(units) + 1):
        choices = []
        for start in range(max(0, end - TOGETHER), end):
            group = shared(units[start:end], room)
            if group is not None:
                choices.append((best[start][0] + cost(group, start == 0), [*best[start][1], group]))
        best.append(min(choices, key=lambda choice: choice[0]))
    return best[-1][1]


def with_comments(page: Page, room: float) -> None:
    """Where there is room left, the first sentences of what is said after the last step are shown under it."""
    last = page.steps[-1]
    if (last.alone and not last.beside) or not last.comment:
        return
    comment = Block("text", shortened(last.comment, last=False), spare=True)
    rank = best_scale([*page.blocks, comment], room, page.width)
    if rank is not None and (rank <= 2 or last.beside):
        last.blocks = [*last.blocks, comment]


def fitted(page: Page, room: float) -> None:
    """Give pictures the room that the rest of the slide leaves."""
    pictures = drawn(page.steps)
    if not pictures:
        return
    rest = sum(height(block, page.scale, room) for block in page.blocks if not picture_kind(block))
    free, width = (room, PICTURE) if page.width < INNER else (room - rest, INNER)
    total = sum(natural_size(block)[1] for block in pictures)
    for block in pictures:
        wide, high = natural_size(block)
        ratio = min(LARGEST_PICTURE, (free - GAP * len(pictures)) / total, width / wide)
        block.output["metadata"][picture_kind(block)] |= {"width": int(wide * ratio), "height": int(high * ratio)}


def pages(sections: list[Section]) -> list[Page]:
    """The slides of a lesson."""
    made: list[Page] = []
    for section in sections:
        room = room_under(section.title)
        units = [part for step in steps(section) for part in cut(step, room)]
        for rank, group in enumerate(packed(units, room)):
            page_id = section.id if rank == 0 else group[0].id
            page = Page(f"c{page_id}", section.title, section.level, section.new and rank == 0, group)
            with_comments(page, room)
            page.scale = chosen_scale(page, room)
            fitted(page, room)
            made.append(page)
    return made
