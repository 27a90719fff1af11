#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Packs the running root file system into /tmp/initramfs.cpio, without what is mounted onto
# it, such as the devtmpfs that hides /dev/console, and without /kvm, which only a host needs.

busybox=/bin/busybox
root=/tmp/root

$busybox mkdir -p $root && $busybox mount -o bind / $root && cd $root || exit
$busybox find . -path ./kvm -prune -o -print |
	$busybox cpio -o -H newc >/tmp/initramfs.cpio 2>/tmp/cpio.log ||
	$busybox sed 's/^/init: cpio: /' /tmp/cpio.log
cd /
$busybox umount $root
