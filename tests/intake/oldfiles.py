"""Writes what no library of ours writes any more: .xls workbooks, and workbooks behind a password."""

import struct

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SECTOR = 512


def xls(rows: list[list[str | float]], sheet: str = "工单", password: bool = False) -> bytes:
    """A BIFF8 workbook of one sheet."""
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600))
    begin += _record(0x002F, struct.pack("<H", 1) + bytes(52)) if password else b""
    begin += _record(0x0042, struct.pack("<H", 1200))
    name = struct.pack("<BB", len(sheet), 1) + sheet.encode("utf-16-le")
    offset = len(begin) + len(_record(0x0085, bytes(6) + name)) + len(_record(0x000A))
    begin += _record(0x0085, struct.pack("<IBB", offset, 0, 0) + name) + _record(0x000A)
    cells = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0600))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, float):
                cells += _record(0x0203, place + struct.pack("<d", value))
            elif value:
                text = value.encode("utf-16-le")
                cells += _record(0x0204, place + struct.pack("<HB", len(text) // 2, 1) + text)
    return _compound({"Workbook": begin + cells + _record(0x000A)})


def encrypted_xlsx() -> bytes:
    """What Excel saves when a password is asked for: the real workbook is inside, unreadable."""
    return _compound({"EncryptionInfo": bytes(4096), "EncryptedPackage": bytes(4096)})


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: one sector of allocation table, one of directory, then the streams."""
    table = [FAT, END]
    directory = _entry("Root Entry", 5, child=1, start=END, size=0)
    data = b""
    for index, (name, body) in enumerate(streams.items(), start=1):
        body = body.ljust(4096, b"\0")
        body += bytes(-len(body) % SECTOR)
        first, count = len(table), len(body) // SECTOR
        table += [*range(first + 1, first + count), END]
        right = index + 1 if index < len(streams) else FREE
        directory += _entry(name, 2, right=right, start=first, size=len(body))
        data += body
    directory += bytes(-len(directory) % SECTOR)
    assert len(directory) == SECTOR and len(table) <= SECTOR // 4
    table += [FREE] * (SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    return header + struct.pack(f"<{len(table)}I", *table) + directory + data


def _entry(name: str, kind: int, *, start: int, size: int, right: int = FREE, child: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    body = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    return body + struct.pack("<III", FREE, right, child) + bytes(36) + struct.pack("<IQ", start, size)
