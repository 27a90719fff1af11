// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a guest under KVM, with the kernel in GUEST_IMAGE and the running root file
 * system. Its console is the host's; its virtio port is the host's as well, so that
 * whoever reads that reads the guest.
 *
 * QEMU is a program of a distribution: it brings the libraries and the loader that
 * it was linked with, and does not find them by itself where they are here.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "initramfs.h"
#include "kvm.h"

#define GUEST_IMAGE	"/kexec/Image"
#define STUB		"/tmp/stub"
#define LOADER		"/kvm/lib/ld-linux-riscv64-lp64d.so.1"
#define LIBRARIES	"/kvm/lib"
#define QEMU		"/kvm/bin/qemu-system-riscv64"

/* What QEMU takes for the kernel is started at the start of RAM; an Image lies 2 MiB on */
#define IMAGE		"loader,file=" GUEST_IMAGE ",addr=0x80200000,force-raw=on"

static const uint32_t stub[] = {
	0x00200293,	/* li    t0, 2: TM, the time */
	0x10629073,	/* csrw  scounteren, t0 */
	0x00200297,	/* auipc t0, 0x200: 2 MiB on */
	0xff828067,	/* jr    -8(t0) */
};

static char reason[64];

/*
 * Does what firmware does: lets user space of the first hart read the time, which
 * kernels before 6.16 do not do themselves. KVM did it, but QEMU 10.1 (and 10.0.7) sets
 * scounteren to 0 after that. Harts that the guest starts are KVM's business alone.
 */
static bool write_stub(void)
{
	FILE *file = fopen(STUB, "we");
	bool ok = file && fwrite(stub, sizeof(stub), 1, file) == 1;

	return !(file && fclose(file)) && ok;
}

static void print_line(const char *line)
{
	puts(line);
}

/**
 * kvm_run - run a guest until it powers off
 * @machine: its harts and MiB of memory, as in "4,1024"
 * @bootargs: its kernel's command line
 * @port: the character device that gets what it writes to the port percpu.result
 *
 * Return: NULL, or why that failed.
 */
const char *kvm_run(const char *machine, const char *bootargs, const char *port)
{
	char harts[8], megabytes[16], result[320];
	const char *const qemu[] = {
		LOADER, "--library-path", LIBRARIES, QEMU, "-nodefaults", "-no-reboot",
		"-display", "none", "-M", "virt", "-accel", "kvm", "-cpu", "host",
		"-smp", harts, "-m", megabytes, "-kernel", STUB, "-device", IMAGE,
		"-initrd", INITRAMFS,
		"-append", bootargs, "-chardev", "file,id=console,path=/proc/self/fd/1",
		"-serial", "chardev:console", "-chardev", result,
		"-device", "virtio-serial-device",
		"-device", "virtserialport,chardev=result,name=percpu.result", NULL
	};
	const char *why;
	int status;

	if (sscanf(machine, "%7[0-9],%15[0-9]", harts, megabytes) != 2)
		return "percpu.kvm: not HARTS,MEGABYTES";
	snprintf(result, sizeof(result), "file,id=result,path=%s", port);
	if (!write_stub())
		return strerror(errno);
	why = initramfs_make();
	if (why)
		return why;
	status = command_run(qemu, print_line);
	snprintf(reason, sizeof(reason), "QEMU ended with status %d", status);
	return status ? reason : NULL;
}
