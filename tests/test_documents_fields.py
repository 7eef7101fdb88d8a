"""Fields of invoices: amounts and dates read or refused, labelled words made into fields."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.documents import (
    CLASSES,
    DocumentError,
    Entity,
    Word,
    check_amounts,
    entities,
    french_amount,
    invoice_fields,
    parse_amount,
    parse_date,
)
from helpers.documents.values import MONTHS

no_deadline = settings(deadline=None, max_examples=60)
few = settings(deadline=None, max_examples=15)

# Amounts and dates.


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,56 €", "1234.56"), ("1.234,56", "1234.56"), ("1234.5", "1234.50"), ("€ 1 234,56", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"), ("494,61€", "494.61"), ("€12", "12.00"), ("EUR1234", "1234.00"),
        ("4930.2 EUR", "4930.20"), ("183 euros", "183.00"), ("1,234.56", "1234.56"), ("6.561.27", "6561.27"),
        ("1.234.567", "1234567.00"), ("1’234,50", "1234.50"), ("2 075 ,02 €", "2075.02"), ("2075,02 €.", "2075.02"),
        ("-12,50", "-12.50"), ("− 12,50 €", "-12.50"), ("€ -12,50", "-12.50"), ("–€ 12,50", "-12.50"), ("0", "0.00"),
        ("  : 7,00 € ;", "7.00"), ("999 999 999 999,99", "999999999999.99"), ("12 345 678", "12345678.00"),
    ],
)  # fmt: skip
def test_amounts_are_read(text, amount):
    assert parse_amount(text) == Decimal(amount) and str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "€", "TTC", "1O0,00", "l2,00", "1 234 56", "1.234", "1,234", "0,123", "1.234.5", "1234.567", ",50 €",
        "12,", "1 2345",
        "12 34,00", "--3", "-€ -3", "3-", "(3)", "€ 3 €", "1 234,567", "12 €50", "１２", "٣", "1e3", "1/2",
        "9" * 13, "9" * 5000, "10 %", "1 234,56 € 1 234,56 €",
    ],
)  # fmt: skip
def test_what_is_no_amount_or_could_be_two_is_not_guessed(text):
    assert parse_amount(text) is None


amounts = st.decimals(-999_999_999, 999_999_999, places=2, allow_nan=False)


@no_deadline
@given(
    amounts,
    st.sampled_from([(" ", ","), ("\u202f", ","), ("\u00a0", ","), (".", ","), ("", ","), ("", "."), (",", ".")]),
    st.sampled_from(["{}", "{} €", "{}€", "€ {}", "{}\u00a0€", "{} EUR", "{} euros"]),
)  # fmt: skip
def test_an_amount_is_read_as_it_was_written(amount, marks, frame):
    thousands, mark = marks
    figures = f"{amount:,.2f}".replace(",", "\0").replace(".", mark).replace("\0", thousands)
    assert parse_amount(frame.format(figures)) == amount


@no_deadline
@given(amounts)
def test_french_amounts_are_read_back(amount):
    assert parse_amount(french_amount(amount)) == amount


@no_deadline
@given(st.text(max_size=20))
def test_no_text_breaks_the_readers(text):
    parse_amount(text)
    parse_date(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14/03/2024", "2024-03-14"), ("14 mars 2024", "2024-03-14"), ("2024-03-14", "2024-03-14"),
        ("14.03.24", "2024-03-14"), ("4/3/2024", "2024-03-04"), ("14-03-2024", "2024-03-14"),
        ("2024/03/14", "2024-03-14"),
        ("1er août 2023", "2023-08-01"), ("1ER AOUT 2023", "2023-08-01"), ("le 14 mars 2024.", "2024-03-14"),
        ("mardi 14 mars 2024", "2024-03-14"), ("31juillet 2023", "2023-07-31"), ("14 sept. 2023", "2023-09-14"),
        ("14 / 03 / 2024", "2024-03-14"), ("14\u00a0mars\u00a02024,", "2024-03-14"), ("29/02/2024", "2024-02-29"),
    ],
)  # fmt: skip
def test_dates_are_read(text, day):
    assert parse_date(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "", "31/02/2024", "03/14/2024", "29/02/2023", "14/03-2024", "14/03", "mars 2024", "14 mars 24", "2024",
        "0/1/2024", "14 marsi 2024", "l4/03/2024", "14/03/2O24", "14032024", "14/03/20245", "٣/03/2024", "0000-01-01",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(text):
    assert parse_date(text) is None


@no_deadline
@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%y", "%Y-%m-%d", None]),
)
def test_a_date_is_read_as_it_was_written(day, style):
    text = day.strftime(style) if style else f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    assert parse_date(text) == day


# Fields.


def line_of(texts, top=0.0, left=0.0):
    """Words side by side, seven pixels a character."""
    words = []
    for text in texts:
        words.append(Word(text, (left, top, left + 7 * len(text), top + 10)))
        left += 7 * len(text) + 4
    return words


def test_words_become_entities_with_one_box_and_the_lowest_score():
    words = line_of(["Net", "1", "234,56", "€", "merci"])
    found = entities(words, ["O", "B-TTC", "I-TTC", "I-TTC", "O"], [1, 0.9, 0.8, 0.95, 1], page=2)
    assert found == [Entity("TTC", "1 234,56 €", (25, 0, 89, 10), 0.8, 2)]
    assert entities([], []) == [] and entities(words, ["O"] * 5) == []
    with pytest.raises(DocumentError):
        entities(words, ["O"])


def test_parts_of_an_entity_are_joined_and_neighbours_are_not():
    first, second = line_of(["Ateliers", "Roussel"]), line_of(["Bois"], top=14)
    column = line_of(["Facturé", "à"], left=400)
    words, labels = [*first, *column, *second], ["B-Fourni", "I-Fourni", "O", "O", "I-Fourni"]
    assert [held.text for held in entities(words, labels)] == ["Ateliers Roussel Bois"]
    far = [*first, *column, *line_of(["Bois"], top=300)]
    assert [held.text for held in entities(far, labels)] == ["Ateliers Roussel", "Bois"]
    cut = line_of(["1", "234,56"])
    assert [held.text for held in entities(cut, ["B-TTC", "B-TTC"])] == ["1 234,56"]
    stacked = [*line_of(["12,00"]), *line_of(["12,00"], top=14)]
    assert len(entities(stacked, ["B-TTC", "B-TTC"])) == 2
    twice = [*line_of(["12,00", "Net"]), *line_of(["12,00"], top=14)]
    assert (
        len(entities(twice, ["B-TTC", "O", "I-TTC"])) == 2 and len(entities(twice, ["B-Fourni", "O", "I-Fourni"])) == 1
    )


def invoice(**texts):
    """Entities by class: a text, or several (text, confidence)."""
    found, top = [], 0.0
    for label, occurrences in texts.items():
        for text, confidence in [(occurrences, 0.9)] if isinstance(occurrences, str) else occurrences:
            found.append(Entity(label, text, (0.2, top, 50.4, top + 10), confidence))
            top += 20
    return invoice_fields(found)


WHOLE = {
    "InvNum": "F-1",
    "InvDate": "14 mars 2024",
    "Fourni": "Éts Pierre",
    "TT": "100,00 €",
    "TVA": "20,00",
    "TTC": "€ 120",
}


def test_an_invoice_is_read_checked_and_survives_json():
    read = invoice(**WHOLE)
    assert json.loads(json.dumps(read)) == read and list(read["fields"]) == list(CLASSES[:-1])
    values = {name: field["value"] for name, field in read["fields"].items()}
    assert values == {
        "InvNum": "F-1", "InvDate": "2024-03-14", "Fourni": "Éts Pierre", "TTC": "120.00", "TVA": "20.00",
        "TT": "100.00",
    }  # fmt: skip
    assert read["check"]["agrees"] is True and read["notes"] == []
    assert read["fields"]["InvNum"]["places"] == [{"page": 0, "box": [0, 0, 50, 10]}]
    nothing = invoice_fields([])
    assert set(nothing["fields"].values()) == {None} and nothing["check"]["agrees"] is None


def test_a_field_found_twice_with_one_value_is_one_with_two_places():
    read = invoice(
        **WHOLE | {"TTC": [("120,00 €", 0.7), ("120", 0.95)], "Fourni": [("ÉTS PIERRE", 0.8), ("Éts Pierre", 0.9)]}
    )
    ttc, supplier = read["fields"]["TTC"], read["fields"]["Fourni"]
    assert ttc["value"] == "120.00" and ttc["confidence"] == 0.95 and len(ttc["places"]) == 2
    assert supplier["value"] == "Éts Pierre" and len(supplier["places"]) == 2 and read["notes"] == []


def test_of_different_values_the_most_certain_is_kept_and_the_others_are_told():
    read = invoice(**WHOLE | {"TTC": [("120,00 €", 0.7), ("210,00 €", 0.6)]})
    assert read["fields"]["TTC"]["value"] == "120.00" and len(read["fields"]["TTC"]["places"]) == 1
    assert len(read["notes"]) == 1 and "210,00 €" in read["notes"][0] and "écarté" in read["notes"][0]


def test_what_cannot_be_read_is_kept_as_text_or_gives_way():
    read = invoice(**WHOLE | {"TTC": "l2O,OO €", "InvDate": [("31/02/2024", 0.99), ("14/03/2024", 0.5)]})
    ttc = read["fields"]["TTC"]
    assert ttc["text"] == "l2O,OO €" and ttc["value"] is None and len(ttc["places"]) == 1
    assert read["fields"]["InvDate"]["value"] == "2024-03-14"
    assert [note for note in read["notes"] if "gardé comme texte" in note and "l2O,OO" in note]
    assert [note for note in read["notes"] if "31/02/2024" in note and "écarté" in note]
    assert read["check"]["agrees"] is None and "TTC manque" in read["check"]["text"]


@no_deadline
@given(amounts, amounts, st.integers(-3, 3))
def test_amounts_agree_within_a_cent(before, tax, cents):
    check = check_amounts(before + tax + Decimal(cents) / 100, tax, before)
    assert check.agrees is (abs(cents) <= 1) and ("écart" in check.text) is (abs(cents) > 1)


def test_missing_amounts_are_named():
    check = check_amounts(Decimal(1), None, None)
    assert check.agrees is None and "TVA et TT manquent" in check.text


@few
@given(st.dates(date(2001, 1, 1), date(2060, 1, 1)), st.integers(0, 10**8), st.integers(0, 10**7), st.integers(0, 3000))
def test_fields_come_back_from_long_pages(day, before, tax, padding):
    before, tax = Decimal(before) / 100, Decimal(tax) / 100
    texts = {
        "InvDate": (day + timedelta(1)).strftime("%d/%m/%Y"),
        "TT": french_amount(before),
        "TVA": french_amount(tax),
    }
    texts["TTC"] = french_amount(before + tax)
    words, labels = [], []
    for rank, (label, text) in enumerate(texts.items()):
        parts = text.replace("\u202f", " ").split()
        words += line_of(parts, top=20.0 * rank) + line_of(["mot"] * (padding // 4), top=20.0 * rank, left=300)
        labels += [f"{'I' if place else 'B'}-{label}" for place in range(len(parts))] + ["O"] * (padding // 4)
    read = invoice_fields(entities(words, labels))
    assert read["check"]["agrees"] is True and not read["notes"]
    assert read["fields"]["InvDate"]["value"] == (day + timedelta(1)).isoformat()
