#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# States which functions of the series the kernel has built in, for the survey of third-party
# kernels: one fact, NAME:TYPE:START-END for each. TYPE is nm's. START and END, which is where
# the next symbol starts, are offsets in the Image, or 0 where the kernel hides its addresses.

list=/proc/kallsyms
names='pcpu_page_first_chunk|boot_data|kasan_report|kasan_populate_early_vm_area_shadow'
names="$names|pv_time_init|pv_time_cpu_online|sbi_sta_steal_time_set_shmem|per_cpu_ptr_to_phys"
names="$names|local_flush_tlb_all|local_flush_tlb_kernel_range|flush_tlb_all|flush_tlb_kernel_range"

# The list is in the order of addresses, which several symbols may have in common. The compiler
# may have added to a name, as in NAME.constprop.0. A module's symbol has another word behind.
# The Image starts at a multiple of 2 MiB, and less than that below its first symbol.
# shellcheck disable=SC2016 # awk has variables of its own
print_symbols()
{
	{
		/bin/busybox grep -m 1 ' [tT] ' $list
		/bin/busybox grep -E -A 9 " ($names)([.].*)?\$" $list
	} | /bin/busybox awk -v names="^($names)\$" '
		function number(hex,  i, n) {
			for (i = length(hex) - 7; i <= length(hex); i++)
				n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
			return n
		}
		function offset(address) {
			return address > image ? address - image : 0
		}
		function finish(end) {
			for (; n; n--)
				printf " %s:0x%x-0x%x", found[n], offset(start), offset(end)
		}
		$1 == "--" { finish(0) }
		NF != 3 { next }
		{ address = number($1) }
		!image { image = address - address % 2097152 }
		address > start { finish(address) }
		{ sub(/[.].*/, "", $3) }
		$3 ~ names && !seen[$3]++ { start = address; found[++n] = $3 ":" $2 }
		END { finish(0) }
	'
}

echo 'TAP version 13'
/bin/busybox grep -q . $list || {
	echo "1..0 # SKIP $list is empty or not there"
	exit 4
}
echo 1..1
echo "# fact symbols$(print_symbols)"
echo 'ok 1 symbols'
