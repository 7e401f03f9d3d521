"""What names may look like, and the ARNs made of them."""

import re

from aws.redshift.wire import invalid

IDENTIFIER = re.compile(r"[a-z](-?[a-z0-9])*")
USER = re.compile(r"[a-z][a-z0-9_+.@-]{0,127}")
DATABASE = re.compile(r"[a-z_][a-z0-9_$]{0,63}")

# https://docs.aws.amazon.com/redshift/latest/dg/r_pg_keywords.html
WORDS = """
    aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary
    blanksasnull both bytedict bzip2 case cast check collate column connect constraint create credentials cross
    current_date current_time current_timestamp current_user current_user_id default deferrable deflate defrag delta
    delta32k desc disable distinct do else emptyasnull enable encode encrypt encryption end except explicit false for
    foreign freeze from full globaldict256 globaldict64k grant group gzip having identity ignore ilike in initially
    inner intersect interval into is isnull join leading left like limit localtime localtimestamp lun luns lzo lzop
    minus mostly16 mostly32 mostly8 natural new not notnull null nulls off offline offset oid old on only open or
    order outer overlaps parallel partition percent permissions pivot placing primary raw readratio recover
    references rejectlog resort respect restore right select session_user similar snapshot some sysdate system table
    tag tdes text255 text32k then timestamp to top trailing true truncatecolumns type union unique unnest unpivot
    user using verbose wallet when where with without
"""
RESERVED = frozenset(WORDS.split())


def arn(kind: str, account: str, region: str, name: str) -> str:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html"""
    return f"arn:aws:redshift:{region}:{account}:{kind}:{name}"


def identifier(value: str, parameter: str, most: int = 63) -> str:
    if len(value) > most or not IDENTIFIER.fullmatch(value):
        raise invalid(
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain "
            "only lowercase ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two "
            "consecutive hyphens."
        )
    return value


def group(value: str, parameter: str) -> str:
    """Groups are "stored as a lower-case string"."""
    lowered = value.lower()
    if len(lowered) > 255 or not IDENTIFIER.fullmatch(lowered):
        raise invalid(f"The parameter {parameter} is not a valid identifier.")
    return lowered


def user(value: str) -> str:
    if not USER.fullmatch(value) or value == "public" or value in RESERVED:
        raise invalid(f"Invalid master user name: {value}")
    return value


def database(value: str) -> str:
    if not DATABASE.fullmatch(value) or value in RESERVED:
        raise invalid(f"Invalid database name: {value}")
    return value
