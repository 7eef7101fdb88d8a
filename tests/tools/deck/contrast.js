// Texts whose contrast is too low, on all slides at once: axe-core's rule; where it cannot tell, the colours themselves.
async () => {
  const sheet = `html, .deck, .deck main, .reveal, .reveal .slides > section.stack { height: auto !important; overflow: visible !important; }
    .reveal .slides { position: static !important; transform: none !important; }
    .reveal .slides section { position: static !important; opacity: 1 !important; transform: none !important; }
    .reveal > :not(.slides), .deck > footer { display: none !important; }`;
  document.head.append(Object.assign(document.createElement("style"), { textContent: sheet }));
  for (const section of document.querySelectorAll("section")) {
    section.removeAttribute("hidden");
    section.removeAttribute("aria-hidden");
    section.style.display = "block";
  }
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const linear = channels(color).slice(0, 3).map((c) => (c <= 10.31 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (node) => {
    const color = getComputedStyle(node).backgroundColor;
    return channels(color)[3] === 0 ? ground(node.parentElement) : color;
  };
  const ratio = (node) => {
    const [dark, light] = [luminance(getComputedStyle(node).color), luminance(ground(node))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const found = await axe.run(document.querySelector(".slides"), { runOnly: ["color-contrast"] });
  const nodes = (rules) => rules.flatMap((rule) => rule.nodes);
  const unsure = nodes(found.incomplete).filter((node) => ratio(document.querySelector(node.target[0])) < 4.5);
  return {
    judged: nodes(found.passes).length,
    low: [...nodes(found.violations), ...unsure].map((node) => node.html.slice(0, 120)),
  };
}
