"""Resource quantities; the results were compared with k8s.io/apimachinery v0.35.3."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencode_policy.quantity import Quantity, QuantityError, canonical, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("5", 5),
        ("+5", 5),
        ("-5", -5),
        ("007", 7),
        ("1.", 1),
        (".5", Fraction(1, 2)),
        ("0.1", Fraction(1, 10)),
        ("500m", Fraction(1, 2)),
        ("1.m", Fraction(1, 1000)),
        ("3u", Fraction(3, 10**6)),
        ("3n", Fraction(3, 10**9)),
        ("1k", 1000),
        ("1M", 10**6),
        ("5G", 5 * 10**9),
        ("1T", 10**12),
        ("1P", 10**15),
        ("1E", 10**18),
        ("1Ki", 1024),
        ("512Mi", 512 * 2**20),
        ("5Gi", 5 * 2**30),
        ("1.5Gi", 3 * 2**29),
        ("1Ti", 2**40),
        ("1Pi", 2**50),
        ("1Ei", 2**60),
        ("1.1Ki", Fraction(11264, 10)),
        ("1e3", 1000),
        ("1E3", 1000),
        ("12e-1", Fraction(12, 10)),
        ("1e+22", 10**22),
        (" 5Gi\n", 5 * 2**30),
    ],
)
def test_values(text: str, value: int | Fraction) -> None:
    assert parse_quantity(text).value == value


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (5, 5),
        (-1, -1),
        (0.1, Fraction(1, 10)),
        (1.5, Fraction(3, 2)),
        (1e22, 10**22),
        (1e-7, Fraction(1, 10**7)),
        (10**30, 10**30),
    ],
)
def test_numbers_count_as_their_text(number: float, value: int | Fraction) -> None:
    assert parse_quantity(number).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5n", Fraction(1, 10**9)),
        ("1e-12", Fraction(1, 10**9)),
        ("-1.0000000001", Fraction(-1_000_000_001, 10**9)),
        ("1.0000000001", Fraction(1_000_000_001, 10**9)),
        ("1.000000001", Fraction(1_000_000_001, 10**9)),
        ("8Ei", 2**63 - 1),
        ("-16Ei", 1 - 2**63),
        ("9300000000000000000", 9300000000000000000),
    ],
)
def test_rounding_and_the_binary_cap(text: str, value: int | Fraction) -> None:
    assert parse_quantity(text).value == value


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", ".", "+", "-", "k", "Gi", "e3", "+.m"),
        *("5 Gi", "5gi", "5GB", "5GiB", "1K", "1ki", "1i", "5x", "0x5", "1_000", "1,5", "٣"),
        *("1e", "1E+", "1e1.5", "1e5Gi", "1Gi5", "1.2.3", "1.1.M", "1+1", "--1", "five", "nan", "Infinity"),
        *("1e1001", "1e-1001", "9" * 1001, "1e" + "9" * 900),
        *(True, False, float("nan"), float("inf")),
    ],
)
def test_refused(value: str | float) -> None:
    with pytest.raises(QuantityError):
        parse_quantity(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("5gi", "'5gi' has an unknown suffix; did you mean Gi?"),
        ("5 Gi", "'5 Gi' has an unknown suffix; did you mean Gi?"),
        ("5GB", "'5GB' has an unknown suffix; did you mean G?"),
        ("1e", "'1e' has an unknown suffix; known are n u m k M G T P E Ki Mi Gi Ti Pi Ei, and e3"),
        ("", "'' is not a number with or without a suffix, like 500m or 5Gi"),
        ("1e2000", "'1e2000' has an exponent beyond 1000"),
    ],
)
def test_messages(text: str, message: str) -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity(text)
    assert str(caught.value) == message


def test_a_message_quotes_only_the_beginning() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_quantity("x" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("one", "other"),
    [("5Gi", "5120Mi"), ("0.1", "100m"), ("1k", "1e3"), ("1", "1000m"), ("1024", "1Ki"), ("0", "-0m")],
)
def test_equal_amounts(one: str, other: str) -> None:
    assert parse_quantity(one) == parse_quantity(other)
    assert hash(parse_quantity(one)) == hash(parse_quantity(other))


@pytest.mark.parametrize(
    ("less", "more"),
    [("5G", "5Gi"), ("500m", "1"), ("-1", "0"), ("999Mi", "1Gi"), ("1m", "1M"), ("1P", "1Pi"), ("1n", "1u")],
)
def test_order(less: str, more: str) -> None:
    assert parse_quantity(less) < parse_quantity(more)
    assert parse_quantity(less) != parse_quantity(more)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0", "0"),
        ("0Gi", "0"),
        ("0.1", "100m"),
        ("00100m", "100m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1.5", "1500m"),
        ("1500", "1500"),
        ("1000", "1k"),
        ("-20000k", "-20M"),
        ("1.5Gi", "1536Mi"),
        ("5120Mi", "5Gi"),
        ("1023Ki", "1023Ki"),
        ("0.5Ki", "512"),
        ("1.1Ki", "1126400m"),
        ("8Ei", "9223372036854775807"),
        ("1e3", "1e3"),
        ("100e1", "1e3"),
        ("1e0", "1"),
        ("1e-12", "1e-9"),
        ("1e40", "10e39"),
        ("3n", "3n"),
        ("7000E", "7000E"),
    ],
)
def test_canonical(text: str, written: str) -> None:
    assert canonical(parse_quantity(text)) == written


EXPONENTS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

texts = st.text(max_size=12) | st.from_regex(
    r"[+-]?[0-9]{0,6}\.?[0-9]{0,3}[eEinumkKMGTP]{0,2}[0-9]?", fullmatch=True
)


@given(st.integers(-(10**12), 10**12), st.sampled_from(list(EXPONENTS)))
def test_a_suffix_is_a_power_of_ten(number: int, suffix: str) -> None:
    plain = parse_quantity(f"{number}e{EXPONENTS[suffix]}")
    assert parse_quantity(f"{number}{suffix}") == plain
    assert plain.value == number * Fraction(10) ** EXPONENTS[suffix]


@given(st.integers(1, 1000), st.integers(1, 5))
def test_a_binary_suffix_is_1024_of_the_smaller_one(number: int, step: int) -> None:
    assert parse_quantity(f"{number}{BINARY[step]}") == parse_quantity(f"{number * 1024}{BINARY[step - 1]}")


@given(st.decimals(-(10**9), 10**9, places=9), st.integers(0, 3), st.integers(0, 3))
def test_zeros_around_a_number_do_not_matter(number: Decimal, before: int, after: int) -> None:
    text = f"{number:f}"
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    assert parse_quantity(f"{sign}{'0' * before}{digits}{'0' * after}") == parse_quantity(text)


@given(texts)
def test_any_text_is_a_quantity_or_an_error(text: str) -> None:
    try:
        quantity = parse_quantity(text)
    except QuantityError:
        return
    again = parse_quantity(canonical(quantity))
    assert again == quantity
    assert canonical(again) == canonical(quantity)


@given(st.fractions(), st.fractions())
def test_order_is_that_of_the_amounts(one: Fraction, other: Fraction) -> None:
    assert (Quantity(one, "binary") < Quantity(other)) == (one < other)
    assert (Quantity(one, "binary") == Quantity(other)) == (one == other)
