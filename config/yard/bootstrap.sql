-- Roles and database of a Verbena server. Run it once as a superuser; running it again changes only the password:
--   psql --set=password='a long random password' --file=config/yard/bootstrap.sql
-- `verbena_owner` owns the database and every table and makes the centres' roles; nobody signs in as it.
-- `verbena` is who the product signs in as. It inherits nothing: each request takes the role of its centre.
\set ON_ERROR_STOP on
SELECT 'CREATE ROLE verbena_owner NOLOGIN CREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'verbena_owner') \gexec
SELECT 'CREATE ROLE verbena LOGIN NOINHERIT'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'verbena') \gexec
ALTER ROLE verbena PASSWORD :'password';
SELECT 'GRANT verbena_owner TO verbena'
 WHERE NOT pg_has_role('verbena', 'verbena_owner', 'MEMBER') \gexec
SELECT 'CREATE DATABASE verbena OWNER verbena_owner ENCODING UTF8 TEMPLATE template0'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'verbena') \gexec
