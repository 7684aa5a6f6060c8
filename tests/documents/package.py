"""What an office software would refuse in a docx, as far as it can be told without one."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

_ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs"
    " suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd"
    " snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment"
    " textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid"
    " vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em"
    " lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing"
    " tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType"
    " pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
    "tcBorders": "top left start bottom right end insideH insideV",
    "tblBorders": "top left start bottom right end insideH insideV",
}
"""Children in the order that ECMA-376 gives them."""


def faults(content: bytes) -> list[str]:
    """Sentences; none when all is well."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = package.namelist()
        parts = {
            name: etree.fromstring(package.read(name)) for name in names if name.endswith((".xml", ".rels"))
        }
    return [
        *(f"{name} stands twice" for name, n in Counter(names).items() if n > 1),
        *_untyped(names, parts["[Content_Types].xml"]),
        *_unrelated(names, parts),
        *_ids(parts),
        *_notes(parts),
        *_styles(parts),
        *(fault for name, part in parts.items() for fault in _disorder(name, part)),
    ]


def _untyped(names: list[str], types: etree._Element) -> Iterator[str]:
    endings = {one.get("Extension") for one in types if one.get("Extension")}
    named = {str(one.get("PartName")).lstrip("/") for one in types if one.get("PartName")}
    for name in set(names) - {"[Content_Types].xml"}:
        if name not in named and name.rsplit(".", 1)[-1] not in endings:
            yield f"{name} has no content type"
    yield from (f"there is no {name}, which has a content type" for name in named - set(names))


def _unrelated(names: list[str], parts: dict[str, etree._Element]) -> Iterator[str]:
    reached = set()
    for name in (name for name in names if name.endswith(".rels")):
        folder, file = posixpath.split(name)
        base = posixpath.dirname(folder)
        source = posixpath.join(base, file.removesuffix(".rels"))
        ids = {one.get("Id") for one in parts[name]}
        for one in parts[name]:
            if one.get("TargetMode") == "External":
                yield f"{name} reaches outside: {one.get('Target')}"
                continue
            target = str(one.get("Target"))
            path = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(f"{base}/{target}").lstrip("/")
            )
            reached.add(path)
            if path not in names:
                yield f"{name} leads to {path}, which is not there"
        if source in parts:
            used = {
                value
                for element in parts[source].iter()
                for key, value in element.attrib.items()
                if key.startswith(_R)
            }
            yield from (f"{source} uses the relation {id}, which is not there" for id in used - ids)
    kept = {"[Content_Types].xml", *(name for name in names if name.endswith(".rels"))}
    yield from (f"nothing leads to {name}" for name in set(names) - kept - reached)


def _ids(parts: dict[str, etree._Element]) -> Iterator[str]:
    for what, ids in (
        ("drawing", Counter(one.get("id") for part in parts.values() for one in part.iter(f"{_WP}docPr"))),
        ("style", Counter(one.get(f"{W}styleId") for one in parts["word/styles.xml"].iter(f"{W}style"))),
        ("style name", Counter(
            str(one.get(f"{W}val")).lower() for one in parts["word/styles.xml"].iterfind(f"{W}style/{W}name")
        )),
        ("bookmark", Counter(one.get(f"{W}id") for one in parts["word/document.xml"].iter(f"{W}bookmarkStart"))),
    ):  # fmt: skip
        yield from (f"two {what}s are {id}" for id, n in ids.items() if n > 1)


def _notes(parts: dict[str, etree._Element]) -> Iterator[str]:
    notes = Counter(one.get(f"{W}id") for one in parts["word/footnotes.xml"].iter(f"{W}footnote"))
    used = Counter(one.get(f"{W}id") for one in parts["word/document.xml"].iter(f"{W}footnoteReference"))
    kept = {one.get(f"{W}id") for one in parts["word/settings.xml"].iter(f"{W}footnote")}
    yield from (
        f"footnote {id} stands {n} times" for id, n in (notes + used).items() if id not in kept and n != 2
    )
    yield from (f"the separator {id} is no footnote" for id in kept - set(notes))


def _styles(parts: dict[str, etree._Element]) -> Iterator[str]:
    known = {one.get(f"{W}styleId") for one in parts["word/styles.xml"].iter(f"{W}style")}
    numbers = {one.get(f"{W}numId") for one in parts["word/numbering.xml"].iter(f"{W}num")}
    for name, part in parts.items():
        for kind in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"):
            for one in part.iter(f"{W}{kind}"):
                if one.get(f"{W}val") not in known:
                    yield f"{name} uses the style {one.get(f'{W}val')}, which is not there"
        for one in part.iter(f"{W}numId"):
            if one.get(f"{W}val") not in numbers:
                yield f"{name} uses the list {one.get(f'{W}val')}, which is not there"


def _disorder(name: str, part: etree._Element) -> Iterator[str]:
    for kind, said in _ORDER.items():
        order = said.split()
        for one in part.iter(f"{W}{kind}"):
            children = [str(child.tag).removeprefix(W) for child in one if str(child.tag).startswith(W)]
            places = [order.index(child) for child in children if child in order]
            if unknown := set(children) - set(order):
                yield f"{name}: a {kind} has {sorted(unknown)}"
            if places != sorted(places):
                yield f"{name}: a {kind} has its children in another order: {children}"
            if kind not in ("sectPr",) and len(places) > len(set(places)):
                yield f"{name}: a {kind} has a child twice: {children}"
