#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# kvm HARTS,MEGABYTES PORT BOOTARGS: runs a guest under KVM, with the kernel in /kexec/Image
# and the running root file system. Its console is the host's. What it writes to its virtio
# port goes to the character device PORT, the host's own port.
#
# QEMU is a program of a distribution, in /kvm with its libraries and their loader.

stub=/tmp/stub
disk=/tmp/disk

# Does what firmware does: lets user space of the first hart read the time, which kernels
# before 6.16 do not do themselves. KVM did it, but QEMU 10.1 (and 10.0.7) sets scounteren
# to 0 after that. KVM starts the other harts. QEMU starts the first one at the start of RAM,
# where the stub is; the Image is 2 MiB on.
write_stub()
{
	printf '\223\002\040\000'	# li    t0, 2: TM, the time
	printf '\163\220\142\020'	# csrw  scounteren, t0
	printf '\227\002\040\000'	# auipc t0, 0x200: 2 MiB on
	printf '\147\200\202\377'	# jr    -8(t0)
}

run_qemu()
{
	end=-no-reboot
	case $3 in
	*resume=/dev/vda*)
		/bin/busybox truncate -s 1G $disk
		end="-drive if=none,id=disk,format=raw,file=$disk -device virtio-blk-device,drive=disk"
		;;
	esac
	# shellcheck disable=SC2086 # words without blanks
	/kvm/lib/ld-linux-riscv64-lp64d.so.1 --library-path /kvm/lib \
		/kvm/bin/qemu-system-riscv64 \
		-nodefaults $end -display none -M virt -accel kvm -cpu host \
		-smp "${1%,*}" -m "${1#*,}" -kernel $stub \
		-device loader,file=/kexec/Image,addr=0x80200000,force-raw=on \
		-initrd /tmp/initramfs.cpio -append "$3" \
		-chardev file,id=console,path=/proc/self/fd/1 -serial chardev:console \
		-chardev "file,id=result,path=$2" -device virtio-serial-device \
		-device virtserialport,chardev=result,name=percpu.result ||
		echo "init: kvm: QEMU ended with status $?"
}

write_stub >$stub
/tests/initramfs
# By whole lines, which no message of the host's kernel can cut
run_qemu "$@" 2>&1 | while IFS= read -r line || [ -n "$line" ]; do
	printf '%s\n' "$line"
done
