#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own tools/testing/selftests/cpu-hotplug/cpu-on-off-test.sh, as it is in the
# tree: all CPUs but the last one go offline and come online again. It is written for bash.
# BusyBox's shell runs it, but does not set UID.

online=/sys/devices/system/cpu/online
script=/tests/cpu-on-off-test.sh
export PATH=/tmp/applets UID=0

/bin/busybox mkdir -p $PATH
/bin/busybox --install -s $PATH || exit 1

# check RESULT NAME: prints the result of a test; RESULT is 0 if it passed
check()
{
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

echo 'TAP version 13'
before=$(cat $online)
sh $script -a >/tmp/cpu_hotplug.log 2>&1
status=$?
sed 's/^/# /' /tmp/cpu_hotplug.log
if [ $status = 4 ]; then
	echo "1..0 # SKIP $script cannot run here"
	exit 4
fi
number=0
failed=0
echo 1..2
check $status "$script -a: status $status"
[ "$before" = "$(cat $online)" ]
check $? 'all online again'
exit $failed
