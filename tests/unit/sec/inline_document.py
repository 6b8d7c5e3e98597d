"""Small inline XBRL documents of one invented company, for tests that need no real data."""

from tiny_mirror import CIK

USD = '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
SHARES = '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>'
PER_SHARE = (
    '<xbrli:unit id="usdPerShare"><xbrli:divide>'
    "<xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>"
    "<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>"
    "</xbrli:divide></xbrli:unit>"
)
PURE = '<xbrli:unit id="pure"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>'
YEAR = "<xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>"
DAY = "<xbrli:instant>2023-12-31</xbrli:instant>"
CLASS_AXIS = "us-gaap:StatementClassOfStockAxis"


def context(name: str, period: str = YEAR, cik: int = CIK, dimensions: str = "", scenario: str = "") -> str:
    segment = f"<xbrli:segment>{dimensions}</xbrli:segment>" if dimensions else ""
    after = f"<xbrli:scenario>{scenario}</xbrli:scenario>" if scenario else ""
    identifier = f'<xbrli:identifier scheme="http://www.sec.gov/CIK">{cik:010d}</xbrli:identifier>'
    return (
        f'<xbrli:context id="{name}"><xbrli:entity>{identifier}{segment}</xbrli:entity>'
        f"<xbrli:period>{period}</xbrli:period>{after}</xbrli:context>"
    )


def member(name: str, axis: str = CLASS_AXIS) -> str:
    return f'<xbrldi:explicitMember dimension="{axis}">{name}</xbrldi:explicitMember>'


def tag(text: str, name: str = "us-gaap:Revenues", unit: str = "usd", at: str = "year", **attributes: str) -> str:
    given = {"decimals": "INF"} | attributes
    more = " ".join(f'{key.replace("_", ":")}="{value}"' for key, value in given.items() if value)
    return f'<ix:nonFraction name="{name}" unitRef="{unit}" contextRef="{at}" {more}>{text}</ix:nonFraction>'


def document(*body: str, resources: str = "", hidden: str = "", taxonomy: str = "2024") -> bytes:
    """Return a report that tags ``body``; contexts year and day, and the usual units, are there."""
    return f"""<?xml version='1.0' encoding='ASCII'?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12"
 xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
 xmlns:us-gaap="http://fasb.org/us-gaap/{taxonomy}" xmlns:dei="http://xbrl.sec.gov/dei/{taxonomy}"
 xmlns:srt="http://fasb.org/srt/{taxonomy}" xmlns:tiny="http://www.tiny.example/20231231"
 xmlns:ifrs-full="https://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full">
<head><title>Report</title></head><body><div style="display:none"><ix:header><ix:hidden>{hidden}</ix:hidden>
<ix:resources>{context("year")}{context("day", DAY)}{USD}{SHARES}{PER_SHARE}{PURE}{resources}</ix:resources>
</ix:header></div><p>{" ".join(body)}</p></body></html>""".encode()


def by_class(*counts: float, weighted: float | None = None, at: str = "2024-01-31") -> bytes:
    """Return a report whose cover page counts each class of stock alone, with the year's weighted average."""
    resources = "".join(
        context(f"class{n}", f"<xbrli:instant>{at}</xbrli:instant>", dimensions=member(f"tiny:Class{n}Member"))
        for n in range(len(counts))
    )
    name = "dei:EntityCommonStockSharesOutstanding"
    body = [tag(f"{count:.0f}", name, "shares", f"class{n}") for n, count in enumerate(counts)]
    if weighted is not None:
        body.append(tag(f"{weighted:.0f}", "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic", "shares"))
    return document(*body, resources=resources)
