// What is wrong with the slide that reveal.js shows: lists of findings, empty when all is well.
() => {
  const slide = Reveal.getCurrentSlide();
  const seen = [...slide.querySelectorAll("*")].filter((node) => !node.closest("aside") && node.getClientRects().length);
  const name = (node) => `${node.tagName} ${node.textContent.trim().slice(0, 50)}`;
  const box = (node) => node.getBoundingClientRect();
  const outside = seen.filter((node) => {
    const { left, right, top, bottom } = box(node);
    return left < 47.5 || right > 1280 - 47.5 || top < 0 || bottom > 720 - 51.5;
  });
  const scrolls = [slide, ...seen].filter((node) =>
    getComputedStyle(node).display !== "inline" &&
    (node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 3));
  const lettered = seen.filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  const small = lettered.filter((node) => {
    const least = node.closest("pre, code, .rich") ? 16 : 20;
    return parseFloat(getComputedStyle(node).fontSize) < least - 0.01;
  });
  const pictures = [...slide.querySelectorAll("img")];
  const heading = slide.querySelector("h1, h2");
  return {
    outside: outside.map(name),
    scrolls: scrolls.map(name),
    small: small.map(name),
    silent: pictures.filter((image) => image.alt.trim().length <= 20).map((image) => image.alt),
    broken: pictures.filter((image) => !image.complete || !image.naturalWidth).map((image) => image.alt),
    empty: seen.some((node) => node !== heading && box(node).height > 20) ? [] : [slide.id],
    untitled: heading && heading.textContent.trim() && box(heading).height < 140 ? [] : [slide.id],
  };
}
