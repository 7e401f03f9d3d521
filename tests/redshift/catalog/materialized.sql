-- Materialized views are not supported here, so there are none.
-- https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_MV_INFO.html
CREATE VIEW redshift.svv_mv_info AS
SELECT
    current_database()::character(128) AS database_name, ''::character(128) AS schema_name,
    ''::character(128) AS user_name, ''::character(128) AS name, 'f'::character(1) AS is_stale,
    ''::character(128) AS owner_user_name, 0 AS state, 'f'::character(1) AS autorewrite, 'f'::character(1) AS autorefresh
WHERE false;
