# Muster in a container; docs/operating.md says how it is used.
FROM python:3.12-slim

RUN useradd --system --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin muster \
    && chmod 700 /data

# Pictures write names: this library joins Arabic and Indic letters, these fonts have Chinese, Japanese, Korean, Hebrew.
RUN apt-get update -qq \
    && apt-get install -qq --yes --no-install-recommends libfribidi0 fonts-dejavu-core fonts-droid-fallback \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY bot ./bot
COPY adapters ./adapters
COPY commands ./commands

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MUSTER_DATA_DIR=/data \
    MUSTER_HOST=0.0.0.0 \
    MUSTER_PORT=8080
USER muster
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=8)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
