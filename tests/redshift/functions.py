"""The functions that Redshift and PostgreSQL share by name; those that sqlglot knows by itself are not among them.

https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions.html
"""

# Ours, because PostgreSQL has none or answers otherwise.
OURS = {"format_type", "format_encoding", "getdate", "json_serialize"}

KNOWN = {
    "array_to_string", "ascii", "atan2", "bit_and", "bit_or", "bool_and", "bool_or", "btrim", "cbrt", "chr",
    "current_database", "current_schema", "current_schemas", "current_setting", "current_user", "current_user_id",
    "date_part", "dexp", "has_database_privilege", "has_schema_privilege", "has_table_privilege", "initcap",
    "left", "length", "lower", "lpad", "ltrim", "md5", "mod", "nullif", "octet_length", "pg_backend_pid",
    "pg_get_viewdef", "position", "quote_ident", "quote_literal", "random", "regexp_count", "regexp_replace", "repeat",
    "replace", "reverse", "right", "round", "rpad", "rtrim", "session_user", "split_part", "strpos", "substring",
    "to_char", "to_date", "to_hex", "to_number", "to_timestamp", "translate", "trim", "trunc", "upper", "user",
    "version",
}  # fmt: skip
