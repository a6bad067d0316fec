-- Runs at each start: makes what is missing and sets the passwords anew.
-- Of a statement that fails, the log would show the text, with its password.
SET log_min_error_statement = panic;
\set demo_password `cat /etc/observability/demo-password`
\set monitor_password `cat /etc/observability/monitor-password`

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['demo', 'monitor']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT 'CREATE DATABASE demo OWNER demo'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'demo') \gexec

ALTER ROLE demo PASSWORD :'demo_password';
ALTER ROLE monitor PASSWORD :'monitor_password' CONNECTION LIMIT 5;

-- Each user gets into what it is for and no further: by default, everybody may connect everywhere.
REVOKE ALL ON DATABASE demo, postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE demo, postgres TO monitor;
GRANT pg_monitor TO monitor;
