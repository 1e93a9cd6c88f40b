"""Bytes to UTF-8, with the encodings that the web knows and no others.

A server may name its encoding but not choose among all codecs of Python: some of those are slow beyond reason
(punycode), raise on purpose (undefined) or turn text into something else (unicode_escape).
"""

from __future__ import annotations

import codecs
import re

# WHATWG names and labels, without their punctuation -> Python's codec of the same repertoire or a superset.
_LABELS = {
    **dict.fromkeys(("utf8", "unicode11utf8", "unicode20utf8", "xunicode20utf8", "unicode"), "utf-8"),
    **dict.fromkeys(("usascii", "ascii", "iso88591", "latin1", "l1", "cp1252", "xcp1252", "windows1252",
                     "ansix341968", "cp819", "ibm819", "isoir100", "csisolatin1"), "cp1252"),
    **dict.fromkeys(("iso88592", "latin2", "l2", "isoir101", "csisolatin2"), "iso8859-2"),
    **dict.fromkeys(("iso88593", "latin3", "l3"), "iso8859-3"),
    **dict.fromkeys(("iso88594", "latin4", "l4"), "iso8859-4"),
    **dict.fromkeys(("iso88595", "cyrillic", "isoir144", "csisolatincyrillic"), "iso8859-5"),
    **dict.fromkeys(("iso88596", "arabic", "asmo708", "ecma114", "iso88596e", "iso88596i"), "iso8859-6"),
    **dict.fromkeys(("iso88597", "greek", "greek8", "elot928", "ecma118", "suneugreek"), "iso8859-7"),
    **dict.fromkeys(("iso88598", "hebrew", "visual", "iso88598e", "iso88598i", "logical"), "iso8859-8"),
    **dict.fromkeys(("iso88599", "latin5", "l5", "windows1254", "cp1254", "xcp1254"), "cp1254"),
    **dict.fromkeys(("iso885910", "latin6", "l6"), "iso8859-10"),
    "iso885913": "iso8859-13",
    "iso885914": "iso8859-14",
    **dict.fromkeys(("iso885915", "l9", "latin9"), "iso8859-15"),
    "iso885916": "iso8859-16",
    **dict.fromkeys(("iso885911", "tis620", "dos874", "windows874", "cp874"), "cp874"),
    **dict.fromkeys(("windows1250", "cp1250", "xcp1250"), "cp1250"),
    **dict.fromkeys(("windows1251", "cp1251", "xcp1251", "win1251"), "cp1251"),
    **dict.fromkeys(("windows1253", "cp1253", "xcp1253"), "cp1253"),
    **dict.fromkeys(("windows1255", "cp1255", "xcp1255"), "cp1255"),
    **dict.fromkeys(("windows1256", "cp1256", "xcp1256"), "cp1256"),
    **dict.fromkeys(("windows1257", "cp1257", "xcp1257"), "cp1257"),
    **dict.fromkeys(("windows1258", "cp1258", "xcp1258"), "cp1258"),
    **dict.fromkeys(("koi8r", "koi8", "koi", "cskoi8r"), "koi8-r"),
    **dict.fromkeys(("koi8u", "koi8ru"), "koi8-u"),
    **dict.fromkeys(("ibm866", "cp866", "866", "csibm866"), "cp866"),
    **dict.fromkeys(("macintosh", "mac", "xmacroman", "csmacintosh"), "mac-roman"),
    **dict.fromkeys(("xmaccyrillic", "xmacukrainian"), "mac-cyrillic"),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "chinese", "xgbk", "gb231280", "csgb2312",
                     "isoir58"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cnbig5", "csbig5", "xxbig5"), "big5hkscs"),
    **dict.fromkeys(("eucjp", "xeucjp"), "euc-jp"),
    **dict.fromkeys(("iso2022jp", "csiso2022jp"), "iso2022-jp"),
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "mskanji", "ms932", "windows31j"), "cp932"),
    **dict.fromkeys(("euckr", "ksc56011987", "ksc5601", "korean", "windows949", "cseuckr",
                     "isoir149"), "cp949"),
    **dict.fromkeys(("utf16", "utf16le", "ucs2", "iso10646ucs2", "unicodefeff", "csunicode"), "utf-16-le"),
    **dict.fromkeys(("utf16be", "unicodefffe"), "utf-16-be"),
}  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_DECLARED = re.compile(rb"\s{0,64}<\?xml[^>]{0,200}?encoding\s{0,8}=\s{0,8}[\"']([\w.:-]{1,40})[\"']")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^a-z0-9]")
_REPLACEMENT = "\ufffd"
_TOLERATED = 0.05
"""Share of broken characters among all that are not ASCII, up to which a text still counts as UTF-8."""


def codec_for(label: str) -> str | None:
    """Return the codec for a label of the Encoding standard; None for everything else."""
    return _LABELS.get(_PUNCTUATION.sub("", label.lower()))


def to_utf8(body: bytes, content_type: str | None) -> bytes:
    """Return the same text as valid UTF-8 without a byte order mark. Never fails.

    Order of belief: byte order mark; bytes that are valid UTF-8 (chance hardly ever makes them so); the
    charset of the header; the XML declaration; UTF-8 with a few broken characters; windows-1252.
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return _again(body[len(mark) :].decode(codec, "replace"))
    for start, codec in _WIDE:
        if body.lstrip(b" \t\r\n")[:2] == start:
            return _again(body.decode(codec, "replace"))
    labels = _declared(body, content_type)
    if "iso2022-jp" not in labels and _is_utf8(body):
        return body
    for codec in labels:
        try:
            return _again(body.decode(codec))
        except UnicodeError:
            continue
    return _again(_guess(body, labels))


def _declared(body: bytes, content_type: str | None) -> list[str]:
    found = _CHARSET.search(content_type or "")
    declared = _DECLARED.match(body)
    names = [found[1] if found else "", declared[1].decode("ascii", "replace") if declared else ""]
    # A document whose declaration can be read byte by byte is not in a wide encoding, whatever it says.
    return [codec for name in names if (codec := codec_for(name)) and not codec.startswith("utf-16")]


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess(body: bytes, labels: list[str]) -> str:
    text = body.decode("utf-8", "replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    if text.count(_REPLACEMENT) <= beyond * _TOLERATED:
        return text
    legacy = [codec for codec in labels if codec != "utf-8"]
    return body.decode(legacy[0] if legacy else "cp1252", "replace")


def _again(text: str) -> bytes:
    return text.encode("utf-8", "replace")
