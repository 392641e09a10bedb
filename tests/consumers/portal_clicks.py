#!/usr/bin/env python3
"""Uses the book as people do, in a headless Chromium: a desktop and a phone, light and dark, mouse and keyboard.

Clicks through "Which tier am I?" and the matrix, takes the three ways from the front page, measures contrast and
overflow, and leaves pictures in target/consumers/portal.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from browser import Browser, browser
from common import ROOT, Report, served
from portal import build

PICTURES = ROOT / "target/consumers/portal"
LOOKS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]
TIERS = {
    "user": "minimal",
    "group": "advanced",
    "hub": "recommended",
    "workshop": "workshop",
    "container": "pyiron",
    "rdm": "rdm",
}
# From the front page: what is clicked, and what the page it leads to has to show.
WAYS = {
    "a minimal tier": (["guide/user/create.html"], "export explicit --tier minimal"),
    "a group install": (
        ["guide/group/script.html"],
        "export shared-env --tier advanced",
    ),
    "a binder": (["guide/workshop/export.html"], "export binder --tier workshop"),
    "a minimal tier by questions": (
        ["which-tier.html", "guide/user/index.html", "create.html"],
        "export explicit --tier minimal",
    ),
}
PAGES = [
    "index.html",
    "which-tier.html",
    "portal.html",
    "guide/group/script.html",
    "guide/group/ask.html",
    "guide/container/catalogue.html",
    "reference/support.html",
    "reference/commands.html",
    "reference/hacks.html",
    "reference/targets/hpc.html",
    "reference/tiers/advanced.html",
]

# Every text in the middle of a page whose contrast with what is behind it is too low.
FAINT = """(() => {
    const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const over = ([r, g, b, a = 1], below) => [r, g, b].map((it, i) => it * a + below[i] * (1 - a));
    const light = (rgb) => {
        const part = rgb.map((it) => it / 255).map((it) => it <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
    };
    const ground = (element) => {
        const chain = [];
        for (let it = element; it; it = it.parentElement) chain.push(parse(getComputedStyle(it).backgroundColor));
        return chain.reverse().reduce((below, it) => it.length >= 3 ? over(it, below) : below, [255, 255, 255]);
    };
    const faint = new Map();
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const box = element.getBoundingClientRect();
        if (!walker.currentNode.textContent.trim() || !box.width || !box.height) continue;
        if (element.closest('script, [hidden], [disabled]')) continue;
        const style = getComputedStyle(element);
        const below = ground(element);
        const [a, b] = [light(over(parse(style.color), below)), light(below)].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
        if (ratio < (large ? 3 : 4.5)) {
            const key = `${element.tagName}.${element.className} ${style.color}`;
            faint.set(key, `${key} on rgb(${below.map(Math.round)}): ${ratio.toFixed(2)} in "${walker.currentNode.textContent.trim().slice(0, 30)}"`);
        }
    }
    return [...faint.values()];
})()"""

# For each audience and each place that it is offered: whether the answer says what the data say.
ALL_ANSWERS = """(() => {
    const form = document.getElementById('which');
    const { fixed, targets } = JSON.parse(document.getElementById('facts').textContent);
    const wrong = [];
    let count = 0;
    const set = (name, value) => {
        form.elements[name].value = value;
        form.dispatchEvent(new Event('change', { bubbles: true }));
    };
    for (const audience of fixed.audiences) {
        set('who', audience.id);
        for (const option of document.querySelectorAll('#where option')) {
            if (option.parentElement.disabled) continue;
            for (const system of option.value === 'cluster' ? ['rhel-8', 'sles-15-sp6'] : ['rhel-8']) {
                for (const network of ['all', 'login', 'none']) {
                    for (const gpu of ['none', 'nvidia', 'amd']) {
                        set('where', option.value);
                        set('system', system);
                        set('network', network);
                        set('gpu', gpu);
                        count += 1;
                        const id = option.value === 'cluster' ? `${form.elements.scheduler.value}-${system}` : option.value;
                        const head = document.querySelector('#answer h2').textContent;
                        const state = document.querySelector('#answer .verdict .state').textContent;
                        const target = targets[id];
                        const expected = target ? target.cells[audience.tier].sign : state;
                        const commands = document.querySelector('#answer pre').textContent;
                        const here = `${audience.id} at ${option.value}`;
                        if (!head.includes(audience.tier)) wrong.push(`${here}: ${head}`);
                        if (state !== expected) wrong.push(`${here}: ${state}, not ${expected}`);
                        if (!commands.includes('pyiron-lock') || commands.includes('{')) wrong.push(`${here}: ${commands}`);
                        if (commands.includes('undefined')) wrong.push(`${here}: ${commands}`);
                        if (!document.querySelectorAll('#answer li').length) wrong.push(`${here}: no limits`);
                    }
                }
            }
        }
    }
    return { wrong, count };
})()"""


def shown(page: Browser, text: str) -> bool:
    """Tells whether the page shows a text."""
    return bool(
        page.run(
            f"document.querySelector('main').innerText.includes({json.dumps(text)})"
        )
    )


def answers(report: Report, page: Browser, base: str, look: tuple[int, str]) -> None:
    """Clicks through the questions."""
    page.look(*look)
    page.go(f"{base}/which-tier.html")
    problems = []
    for who, tier in TIERS.items():
        page.click(f"input[name=who][value={who}]")
        head = page.run("document.querySelector('#answer h2').textContent")
        if f"Take the tier {tier}" not in head:
            problems.append(f"{who}: {head}")
    page.click("input[name=who][value=group]")
    place = page.run("document.getElementById('where').value")
    if place != "cluster":
        problems.append(
            f"a group is offered `{place}` first, for which its tier is not meant"
        )
    page.click("input[name=network][value=none]")
    if not shown(page, "Carry archives and index across"):
        problems.append("no limit follows from having no network")
    page.click("input[name=gpu][value=nvidia]")
    page.run("document.getElementById('where').focus()")
    page.picture(PICTURES / f"which-{look[0]}-{look[1]}.png")
    page.run(
        "document.getElementById('answer').scrollIntoView({block: 'start', behavior: 'instant'})"
    )
    page.picture(PICTURES / f"answer-{look[0]}-{look[1]}.png")
    if "who=group" not in page.run("location.search"):
        problems.append("the address does not keep the choice")
    page.follow("#answer .onward a:last-child")
    problems.extend(arrived(page))
    report.check(f"the questions answer, {look[0]} px, {look[1]}", problems)


def arrived(page: Browser) -> list[str]:
    """Asks whether the anchor in the address is to be seen."""
    seen = page.until(
        """(() => {
            const found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
            const top = found?.getBoundingClientRect().top ?? -1;
            return top >= -5 && top < innerHeight;
        })()"""
    )
    return [] if seen else [f"{page.run('location.href')} is not where it should be"]


def matrix(report: Report, page: Browser, base: str, look: tuple[int, str]) -> None:
    """Clicks cells of each kind, and what is behind them."""
    page.look(*look)
    page.go(f"{base}/reference/support.html")
    page.picture(PICTURES / f"matrix-{look[0]}-{look[1]}.png")
    problems = []
    for kind in ("yes", "unknown", "no"):
        page.run("history.replaceState(null, '', location.pathname); scrollTo(0, 0)")
        selector = f"table.matrix a.state.{kind}"
        target = page.run(f"document.querySelector('{selector}').getAttribute('href')")
        page.click(selector)
        page.until(f"location.hash === '{target}'")
        problems.extend(arrived(page))
    page.picture(PICTURES / f"behind-{look[0]}-{look[1]}.png")
    page.follow("li:has(> a[id]) li a[href*='codes.html#']")
    problems.extend(arrived(page))
    report.check(f"the matrix leads to findings, {look[0]} px, {look[1]}", problems)


def ways(report: Report, page: Browser, base: str, width: int) -> None:
    """Takes each way from the front page, and counts clicks."""
    page.look(width, "light")
    for name, (clicks, text) in WAYS.items():
        page.go(f"{base}/index.html")
        try:
            for click in clicks:
                page.follow(f"main a[href='{click}']")
            problems = (
                []
                if shown(page, text)
                else [f"{page.run('location.href')} does not show `{text}`"]
            )
        except RuntimeError as error:
            problems = [str(error)]
        note = f"{len(clicks)} click{'s' if len(clicks) > 1 else ''}"
        report.check(f"from the front page to {name}, {width} px", problems, note)


def keyboard(report: Report, page: Browser, base: str) -> None:
    """Answers the questions without a mouse."""
    page.look(1280, "light")
    page.go(f"{base}/which-tier.html")
    problems = []
    page.run("document.querySelector('main h1 a')?.focus()")
    if not tab_to(page, "document.activeElement.name === 'who'"):
        problems.append("Tab does not lead to the first question")
    page.press("ArrowDown")
    if "advanced" not in page.run("document.querySelector('#answer h2').textContent"):
        problems.append("an arrow does not choose the next answer")
    outline = page.run("getComputedStyle(document.activeElement).outlineStyle")
    if outline == "none":
        problems.append("the focus is not to be seen")
    for name in ("where", "network", "gpu"):
        if not tab_to(page, f"document.activeElement.name === '{name}'"):
            problems.append(f"Tab does not lead to `{name}`")
    if not tab_to(page, "document.activeElement.matches('#answer a.button')"):
        problems.append("Tab does not lead to the guide")
    page.press("Enter")
    if not page.until("location.pathname.endsWith('/guide/group/index.html')"):
        problems.append("Enter does not follow a link")
    report.check("the questions answer to the keyboard alone", problems)


def tab_to(page: Browser, reached: str) -> bool:
    """Presses Tab until something has the focus."""
    for _ in range(40):
        page.press("Tab")
        if page.run(reached):
            return True
    return False


def looks(report: Report, page: Browser, base: str, look: tuple[int, str]) -> None:
    """Measures contrast, and whether anything is wider than the window."""
    page.look(*look)
    faint, wide = [], []
    for name in PAGES:
        page.go(f"{base}/{name}")
        faint.extend(f"{name}: {line}" for line in page.run(FAINT))
        over = page.run("document.scrollingElement.scrollWidth - innerWidth")
        if over > 0:
            wide.append(f"{name}: {over} px too wide")
        if name in (
            "index.html",
            "portal.html",
            "guide/group/script.html",
            "reference/targets/hpc.html",
        ):
            stem = name.removesuffix(".html").replace("/", "-")
            page.picture(PICTURES / f"{stem}-{look[0]}-{look[1]}.png")
    report.check(
        f"texts stand out from their ground, {look[0]} px, {look[1]}",
        faint,
        f"{len(PAGES)} pages",
    )
    report.check(
        f"pages fit the window, {look[0]} px, {look[1]}", wide, f"{len(PAGES)} pages"
    )


def copies(report: Report, page: Browser, base: str) -> None:
    """Asks what the button beside a block would copy."""
    page.look(1280, "light")
    page.go(f"{base}/guide/group/script.html")
    first = "document.querySelector('code.language-console')"
    lines = page.run(f"{first}.innerText").strip().splitlines()
    bad = [line for line in lines if not line.startswith(("pyiron-lock ", "ls "))]
    seen = f"getComputedStyle({first}.querySelector('.prompt'), '::before').content"
    if "$" not in page.run(seen):
        bad.append("the prompt is not to be seen")
    report.check("commands are copied without their prompt", bad)


def without_script(report: Report, page: Browser, base: str) -> None:
    """Looks whether the answers are there without a script."""
    page.look(390, "light", script=False)
    page.call("Page.navigate", url=f"{base}/which-tier.html")
    page.until("document.readyState === 'complete'")
    page.until("document.querySelectorAll('table.answers tr').length > 30")
    rows = page.run("document.querySelectorAll('table.answers tbody tr').length")
    form = page.run("document.getElementById('which')?.offsetHeight")
    told = page.run("document.querySelector('.without-script')?.offsetHeight > 0")
    problems = (
        []
        if rows and rows > 30 and form == 0 and told
        else [f"{rows} rows, form {form}, told {told}"]
    )
    page.picture(PICTURES / "without-script-390.png")
    report.check("without a script all answers are a table", problems, f"{rows} rows")
    page.look(390, "light")


def main() -> None:
    """Builds the book, serves it, and uses it."""
    report = Report()
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-book-") as name:
        problems = build(Path(name))
        if problems:
            report.check("the book builds", problems)
            report.leave()
        with served(Path(name)) as base, browser() as page:
            page.look(1280, "light")
            page.go(f"{base}/which-tier.html")
            every = page.run(ALL_ANSWERS)
            report.check(
                "every answer is what the data say",
                every["wrong"],
                f"{every['count']} answers",
            )
            for look in LOOKS:
                answers(report, page, base, look)
                matrix(report, page, base, look)
                looks(report, page, base, look)
            for width in (1280, 390):
                ways(report, page, base, width)
            keyboard(report, page, base)
            copies(report, page, base)
            without_script(report, page, base)
            report.check("no page complains", sorted(set(page.complaints)))
    report.leave()


if __name__ == "__main__":
    main()
