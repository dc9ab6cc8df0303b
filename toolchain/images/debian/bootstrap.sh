#!/bin/sh
# Makes the root folder of debian:bookworm-slim. Runs as root in namespaces of its own, so that its mounts and
# processes end with it: see rootfs.ts. Settings come from the environment:
#   ROOTFS    the folder to make
#   OVERLAY   files that are laid over it: apt sources, keyring, extra CA certificates
#   SUITE     Debian release    ARCH  Debian architecture
#   MIRROR    empty for debootstrap's own default
#   KEYRING   empty for Debian's own    UNSIGNED  1 when the host itself trusts the mirror without signatures
set -eu

in_rootfs() {
    chroot "$ROOTFS" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" "$@"
}

set -- --variant=minbase --arch="$ARCH" --include=ca-certificates
if [ -n "$KEYRING" ]; then set -- "$@" --keyring="$KEYRING"; fi
if [ "$UNSIGNED" = 1 ]; then set -- "$@" --no-check-gpg; fi
debootstrap "$@" "$SUITE" "$ROOTFS" ${MIRROR:+"$MIRROR"}

# Services must not start while packages are installed, neither here nor in an image that is built on this one.
printf '#!/bin/sh\nexit 101\n' > "$ROOTFS/usr/sbin/policy-rc.d"
chmod 755 "$ROOTFS/usr/sbin/policy-rc.d"

cp -R "$OVERLAY/." "$ROOTFS/"
if [ -n "$MIRROR" ]; then
    # The overlay brings the sources.
    : > "$ROOTFS/etc/apt/sources.list"
else
    # debootstrap's default mirror keeps updates and security fixes in these places.
    default=$(awk '$1 == "deb" { print $2; exit }' "$ROOTFS/etc/apt/sources.list")
    {
        echo "deb $default $SUITE main"
        echo "deb $default $SUITE-updates main"
        echo "deb ${default%/}-security $SUITE-security main"
    } > "$ROOTFS/etc/apt/sources.list"
fi
in_rootfs update-ca-certificates

echo "I: Upgrading to the current security fixes"
in_rootfs apt-get update
in_rootfs apt-get -y upgrade
in_rootfs apt-get clean

cd "$ROOTFS"
rm -rf var/lib/apt/lists/* var/cache/apt/* var/cache/debconf/*-old var/lib/dpkg/*-old var/log/* tmp/* \
    usr/share/doc usr/share/man usr/share/info usr/share/groff usr/share/lintian usr/share/locale \
    etc/machine-id var/lib/dbus/machine-id var/cache/ldconfig/aux-cache
mkdir -p var/lib/apt/lists/partial var/cache/apt/archives/partial usr/share/doc usr/share/man usr/share/info \
    usr/share/locale
# What debootstrap took over from this host; containers get their own.
: > etc/hostname
: > etc/resolv.conf
