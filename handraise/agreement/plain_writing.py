"""Values written as the YAML that `plain_yaml` reads back as the same values."""

from __future__ import annotations

import json
import re

from handraise.agreement.plain_yaml import Value

# Words that mean themselves wherever they stand: no sign of YAML's own begins or ends them.
_PLAIN = re.compile(r"[^\W\d_][\w /.+&()'-]*|/[\w/.+-]*|[0-9]+ [a-z][a-z ]*", re.UNICODE)
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def flow(value: Value) -> str:
    """The value on one line: `{title: {contains_word: [vp, head]}}`."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text(name)}: {flow(part)}' for name, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(flow(part) for part in value)}]"
    if isinstance(value, str):
        return text(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def text(words: str) -> str:
    """A text, in quotes where it would otherwise be read as something else."""
    is_plain = _PLAIN.fullmatch(words) and not words.endswith(" ") and "  " not in words
    if is_plain and words.lower() not in {"true", "false", "null", "nan", "inf"}:
        return words
    quoted = json.dumps(words, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def blocks(value: Value) -> str:
    """A whole document: a line for each key, a line for each entry of its lists."""
    if not isinstance(value, dict) or not value:
        return flow(value) + "\n"
    return "".join(f"{text(name)}:{below(part, 0)}\n" for name, part in value.items())


def below(value: Value, indent: int) -> str:
    """What follows the colon of a key that stands at `indent`."""
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        lines = [f"\n{' ' * (indent + 2)}- {flow(each)}" for each in value]
        return "".join(lines)
    return f" {flow(value)}"


def same(one: Value, other: Value) -> bool:
    """Equal, and of the same types throughout: 1 is neither 1.0 nor true. Order of keys counts."""
    return json.dumps(one, allow_nan=True) == json.dumps(other, allow_nan=True)
