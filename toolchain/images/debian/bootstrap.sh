#!/bin/sh
# Makes the root folder of debian:bookworm-slim as a tar archive. Runs as root in namespaces of its own, so that its
# mounts and processes end with it: see rootfs.ts. Settings come from the environment:
#   OUTPUT    the archive to make
#   OVERLAY   files that are laid over the packages' own: apt's settings, keyring, extra CA certificates
#   SOURCES   apt sources to take the packages from; empty for mmdebstrap's default mirror
#   SUITE     Debian release    ARCH  Debian architecture
set -eu

here=$(dirname "$(readlink -f "$0")")
export OVERLAY CUSTOMIZE="$here/customize.sh"

# What the image's dpkg leaves out later (see the overlay) is left out from the beginning.
# Docker brings its own device files. A /usr that is merged from the start needs no package, with all of Perl, to merge it.
exec mmdebstrap --verbose --mode=root --format=tar --variant=minbase --architectures="$ARCH" \
    --include=ca-certificates,usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt="$OVERLAY/etc/dpkg/dpkg.cfg.d/docker" \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --aptopt='APT::Install-Recommends "false"' \
    --skip=output/dev \
    --customize-hook='sh "$CUSTOMIZE" "$1"' \
    "$SUITE" "$OUTPUT" ${SOURCES:+"$SOURCES"}
