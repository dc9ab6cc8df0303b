#!/bin/sh
# The last step over a root folder that bootstrap.sh makes: customize.sh <folder>
set -eu

# mmdebstrap's own options and the names that it gave to the sources are not for the image.
rm -f "$1"/etc/apt/apt.conf.d/99mmdebstrap "$1"/etc/dpkg/dpkg.cfg.d/99mmdebstrap
if [ -e "$OVERLAY/etc/apt/sources.list.d/debian.sources" ]; then
    rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*
fi
cp -R "$OVERLAY/." "$1/"
chroot "$1" update-ca-certificates

# Services must not start while packages are installed in an image that is built on this one.
printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
chmod 755 "$1/usr/sbin/policy-rc.d"

rm -rf "$1"/var/log/* "$1"/var/cache/apt/*.bin "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old "$1"/var/cache/ldconfig/aux-cache
