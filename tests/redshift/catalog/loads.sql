-- What a failed COPY says. Values and lines are left empty: they are the clients' data.
CREATE TABLE redshift.load_errors (
    query_id bigint NOT NULL,
    table_id oid NOT NULL,
    user_id oid NOT NULL,
    start_time timestamp NOT NULL DEFAULT redshift.getdate(),
    file_name text NOT NULL,
    line_number bigint NOT NULL,
    column_name text NOT NULL,
    column_type text NOT NULL,
    error_code integer NOT NULL,
    error_message text NOT NULL
);

CREATE VIEW redshift.sys_load_error_detail AS
SELECT
    e.user_id::integer AS user_id, e.query_id, e.table_id::integer AS table_id, e.start_time,
    e.file_name::character(256) AS file_name, e.line_number, e.column_name::character(127) AS column_name,
    e.column_type::character(10) AS column_type, 0 AS position, ''::character varying(1024) AS error_value,
    e.error_code, e.error_message::character varying(512) AS error_message
FROM redshift.load_errors e
WHERE redshift.is_superuser() OR e.user_id = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user);

CREATE VIEW redshift.stl_load_errors AS
SELECT
    d.user_id AS userid, 0 AS slice, d.table_id AS tbl, d.start_time AS starttime, 0 AS session, d.query_id AS query,
    d.file_name AS filename, d.line_number, d.column_name AS colname, d.column_type AS type,
    ''::character varying(10) AS col_length, d.position, ''::character(1024) AS raw_line,
    ''::character varying(1024) AS raw_field_value, d.error_code AS err_code, d.error_message AS err_reason
FROM redshift.sys_load_error_detail d;

GRANT SELECT ON ALL TABLES IN SCHEMA redshift TO PUBLIC;

REVOKE ALL ON redshift.load_errors, redshift.rls_policies, redshift.rls_attachments, redshift.masking_policies,
    redshift.masking_attachments FROM PUBLIC;
