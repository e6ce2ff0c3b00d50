# One image a target: points, events, gateway, edge. All run as an ordinary user.
#   docker build --target points .

FROM python:3.13-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock ./
# Production brings its own servers and runs no tests.
RUN uv sync --frozen --no-cache --no-default-groups

FROM python:3.13-slim AS service
# A volume that is mounted at /data for the first time belongs to whom the folder belongs.
RUN useradd --system --uid 10001 --home-dir /app suite && install --directory --owner suite /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY shared shared
COPY services/__init__.py services/__init__.py
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER suite
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]

FROM service AS points
COPY services/points services/points
CMD ["gunicorn", "-c", "shared/gunicorn.py", "services.points.wsgi:app"]

FROM service AS events
COPY services/events services/events
CMD ["gunicorn", "-c", "shared/gunicorn.py", "services.events.wsgi:app"]

FROM service AS gateway
COPY services/gateway services/gateway
CMD ["gunicorn", "-c", "shared/gunicorn.py", "services.gateway.wsgi:app"]

FROM node:20-slim AS frontends
WORKDIR /frontends/miniprogram
ENV CI=true
COPY services/gateway/frontends/miniprogram/package.json services/gateway/frontends/miniprogram/package-lock.json services/gateway/frontends/miniprogram/.npmrc ./
RUN npm ci
COPY services/gateway/frontends/api ../api
COPY services/gateway/frontends/build ../build
COPY services/gateway/frontends/miniprogram ./
RUN npm run build && mkdir -p ../built && cp -r dist/build/h5 ../built/m

FROM node:20-slim AS console
WORKDIR /frontends/console
ENV CI=true
COPY services/gateway/frontends/console/package.json services/gateway/frontends/console/package-lock.json services/gateway/frontends/console/.npmrc ./
RUN npm ci
COPY services/gateway/frontends/api ../api
COPY services/gateway/frontends/build ../build
COPY services/gateway/frontends/console ./
RUN npm run build && mkdir -p ../built && cp -r dist ../built/console

# The edge's configuration is rendered when the image is made; names are looked up while it runs.
FROM gateway AS edge-configuration
USER root
RUN mkdir -p /edge && python -m services.gateway.edge.render \
    --listen 8443 --redirect-from 8080 \
    --gateway gateway:8000 --events events:8000 --live events-live:8000 --points points:8000 \
    --resolver 127.0.0.11 --var /tmp --access-log /dev/stdout --frontends /usr/share/suite \
    --certificate /run/secrets/tls_certificate --key /run/secrets/tls_key \
    --output /edge/nginx.conf

FROM nginx:1.29-alpine AS edge
COPY --from=edge-configuration /edge/nginx.conf /etc/nginx/nginx.conf
COPY services/gateway/frontends/plain /usr/share/suite/plain
COPY --from=frontends /frontends/built /usr/share/suite/built
COPY --from=console /frontends/built /usr/share/suite/built
USER nginx
EXPOSE 8080 8443
HEALTHCHECK --interval=10s --timeout=3s CMD ["wget", "-q", "-O", "/dev/null", "--no-check-certificate", "https://127.0.0.1:8443/readyz"]
CMD ["nginx", "-g", "daemon off;"]
