// Draws the table of how far an event had come on each day as lines (uPlot); without it, the table says the same.
(() => {
  "use strict";
  const drawing = document.getElementById("drawing");
  const numbers = document.getElementById("numbers");
  if (!drawing || !numbers || !window.uPlot) return;
  const place = drawing.querySelector(".plot");
  const shown = [...drawing.querySelectorAll(".legend strong")];
  const rows = [...numbers.querySelectorAll("tbody tr")];
  const days = rows.map((row) => Date.parse(row.querySelector("time").dateTime) / 1000);
  const columns = shown.map((_, n) => rows.map((row) => Number(row.cells[n + 1].textContent.replaceAll(",", ""))));
  const DASHES = [[], [], [8, 4], [], [2, 4], []];

  const say = (day) => shown.forEach((where, n) => { where.textContent = columns[n][day].toLocaleString("en"); });
  const size = () => ({ width: place.clientWidth, height: Math.round(Math.min(320, 160 + place.clientWidth / 6)) });

  let plot = null;
  const draw = () => {
    const style = getComputedStyle(drawing);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--soft"), font: "13px system-ui, sans-serif",
      grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 },
    };
    if (plot) plot.destroy();
    plot = new uPlot({
      ...size(),
      tzDate: (second) => uPlot.tzDate(new Date(second * 1000), "Etc/UTC"),
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false, x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, Math.max(4, Math.ceil(high * 1.08))] } },
      axes: [
        { ...axis, grid: { show: false }, space: 70, incrs: [1, 2, 3, 7, 14, 30].map((n) => n * 86400),
          values: (_, ticks) => ticks.map((second) => new Date(second * 1000).toLocaleDateString(
            "en-GB", { day: "numeric", month: "short", timeZone: "UTC" })) },
        { ...axis, size: 44, incrs: [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5].map((e) => n * 10 ** e)).sort((a, b) => a - b) },
      ],
      series: [{}, ...columns.map((_, n) => ({
        stroke: colour(`--step-${n + 1}`), width: 2.5, dash: DASHES[n], points: { show: rows.length < 32, size: 6, fill: colour("--card") },
      }))],
      hooks: { setCursor: [(self) => say(self.cursor.idx ?? rows.length - 1)] },
    }, [days, ...columns], place);
    say(rows.length - 1);
  };

  drawing.hidden = false;
  numbers.open = false;
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => { if (place.clientWidth !== plot.width) plot.setSize(size()); }).observe(place);
})();
