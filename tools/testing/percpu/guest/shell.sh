#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A shell with all commands of BusyBox and with job control, for percpu.shell

/bin/busybox mkdir -p /sbin /usr/bin /usr/sbin
/bin/busybox --install -s
echo 'The tests are in /tests; each of them runs alone and prints KTAP.'
echo 'The guest powers off when this shell ends.'
exec setsid cttyhack sh
