"""Makers of the documents that the tests read: PDFs, workbooks of three formats, archives that lie."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

Rows = Sequence[Sequence[Any]]

_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def pdf(pages: Sequence[Sequence[str]], password: str | None = None) -> bytes:
    """Return a PDF of pages of lines; with a ``password``, it takes that to open it."""
    from fpdf import FPDF

    document = FPDF()
    document.set_font("helvetica", size=10)
    for lines in pages:
        document.add_page()
        for line in lines:
            document.cell(text=line)
            document.ln(6)
    if password is not None:
        document.set_encryption(owner_password=f"{password} of the owner", user_password=password)
    return bytes(document.output())


def pdf_of_columns(columns: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of one page with a table that is drawn column by column."""
    from fpdf import FPDF

    document = FPDF()
    document.set_font("helvetica", size=10)
    document.add_page()
    for number, column in enumerate(columns):
        for row, cell in enumerate(column):
            document.set_xy(10 + 50 * number, 20 + 6 * row)
            document.cell(w=40, text=cell, align="R" if number else "L")
    return bytes(document.output())


def pdf_of_objects(objects: Sequence[bytes], root: int = 1) -> bytes:
    """Return a PDF of these objects, numbered from 1, number ``root`` its catalogue, with a true table of offsets."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, len(out))
    return out + table + trailer


def pdf_of_content(content: bytes) -> bytes:
    """Return a PDF of one page that is drawn by ``content``, with a font F1."""
    packed = zlib.compress(content, 9)
    return pdf_of_objects(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
        ]
    )


def xlsx(sheets: Mapping[str, Rows], hidden: Sequence[str] = (), origin: tuple[int, int] = (0, 0)) -> bytes:
    """Return an XLSX workbook; the rows of each sheet begin at ``origin`` (row and column, from 0)."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        hours = workbook.add_format({"num_format": "[h]:mm:ss"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row, values in enumerate(rows, origin[0]):
                for column, value in enumerate(values, origin[1]):
                    sheet.write(row, column, value, hours if isinstance(value, timedelta) else None)
            if name in hidden:
                sheet.hide()
    return buffer.getvalue()


def ods(name: str, rows: Rows) -> bytes:
    """Return an ODS workbook of one sheet of texts and numbers."""
    kinds = {True: 'office:value-type="string"', False: 'office:value-type="float" office:value="{}"'}
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f"<table:table-cell {kinds[isinstance(value, str)].format(value)}><text:p>{value}</text:p>"
            "</table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    uses = " ".join(
        f'xmlns:{part}="urn:oasis:names:tc:opendocument:xmlns:{part}:1.0"' for part in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {uses} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    members = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content}
    return zipped({name: member.encode() for name, member in members.items()})


def xls(name: str, rows: Rows) -> bytes:
    """Return an XLS workbook (BIFF8) of one sheet of texts and numbers."""
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            at = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                sheet += _record(0x0204, at + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
            else:
                sheet += _record(0x0203, at + struct.pack("<d", value))
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + _record(0x0042, b"\xb0\x04")
    length = len(start) + 4 + 8 + len(name) + 4  # up to the sheet: its entry and the end of the globals
    entry = _record(0x0085, struct.pack("<IBBBB", length, 0, 0, len(name), 0) + name.encode("latin-1"))
    return compound("Workbook", start + entry + _record(0x000A, b"") + sheet + _record(0x000A, b""))


def compound(name: str, stream: bytes) -> bytes:
    """Return an OLE compound file (MS-CFB) of one stream."""
    body = stream.ljust(-(-max(len(stream), 4096) // _SECTOR) * _SECTOR, b"\0")
    sectors = len(body) // _SECTOR
    chain = [_FAT, _END_OF_CHAIN, *range(3, sectors + 2), _END_OF_CHAIN]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0) + struct.pack("<I", 0)
    entries = _entry("Root Entry", 5, 1, _END_OF_CHAIN, 0) + _entry(name, 2, _FREE, 2, len(body))
    return header.ljust(_SECTOR, b"\xff") + table + entries.ljust(_SECTOR, b"\0") + body


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def zip_of_zeros(name: str, size: int, declared: int | None = None) -> bytes:
    """Return a zip archive of one member of zeros that declares ``declared`` bytes, its true size if None."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, -15), bytes(1 << 20)
    packed = b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()
    check = zlib.crc32(bytes(min(size, declared or size)))
    sizes = struct.pack("<III", check, len(packed), declared or size)
    fields = struct.pack("<HHHHH", 20, 0, 8, 0, 0x21) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\x03\x04" + fields + name.encode() + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + bytes(14 - 4) + bytes(4) + name.encode()
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    written = f"{name}\0".encode("utf-16-le")
    head = written.ljust(64, b"\0") + struct.pack("<HBBIII", len(written), kind, 1, _FREE, _FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)
