#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's crash test module does what percpu.lkdtm=<point>,<type> on the command line says:
# DIRECT on the last CPU, INT_HW_IRQ_EN in an interrupt of a device. The console says what came of
# it. This passes if the kernel goes on.

module=/lib/modules/lkdtm.ko

# Does the kernel's log say that the crash point was reached for the last time?
is_done()
{
	/bin/busybox dmesg | /bin/busybox grep -q 'lkdtm: .* trigger in 0 rounds'
}

echo 'TAP version 13'
[ -e $module ] || {
	echo "1..0 # SKIP no $module; it needs CONFIG_LKDTM=m"
	exit 4
}
echo 1..1
read -r crash </proc/cmdline
crash=${crash##*percpu.lkdtm=}
crash=${crash%% *}
read -r cpu </sys/devices/system/cpu/online
cpu=${cpu##*[-,]}
case ${crash#*,} in
SOFTLOCKUP)	watchdog=softlockup;;
HARDLOCKUP)	watchdog=hardlockup;;
*)		watchdog=;;
esac
[ -z "$watchdog" ] || {
	echo 1 >/proc/sys/kernel/${watchdog}_panic
	echo 5 >/proc/sys/kernel/watchdog_thresh
}
/bin/busybox taskset "$(printf %x $((1 << cpu)))" /bin/busybox insmod $module \
	cpoint_name="${crash%,*}" cpoint_type="${crash#*,}" || exit 1
# The serial port interrupts when it has sent what user space wrote
until is_done; do
	echo 'lkdtm: no crash yet' >/dev/console
	/bin/busybox usleep 10000
done
/bin/busybox rmmod lkdtm
echo "ok 1 goes on after $crash"
