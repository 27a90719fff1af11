// SPDX-License-Identifier: GPL-2.0-only
/*
 * A crash kernel finds a whole dump of the kernel that has panicked, in /proc/vmcore.
 *
 * Before the panic this takes CPUs offline, and leaves in files, which the crash kernel has in
 * its initramfs, who is online and where the kernel's image is. In the crash kernel:
 * - each CPU that was online has left its registers in crash_notes, which is per-CPU memory,
 *   and init ran on the CPU that was to panic and on no other;
 * - VMCOREINFO has its first and its last line, and a symbol between;
 * - per_cpu(ksoftirqd, N) is the thread ksoftirqd/N, where the page table in the dump says
 *   that the unit of CPU N is.
 *
 * On the kernel's command line:
 *	percpu.crash=<cpu>[,<cpu>]...	which one is to panic, and which are offline then
 */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/procfs.h>
#include <unistd.h>

#include "kernel_memory.h"
#include "kselftest.h"
#include "percpu_test.h"
#include "proc_files.h"

#define VMCORE		"/proc/vmcore"
#define IOMEM		"/proc/iomem"
#define OLD_IOMEM	"/kexec/iomem"
#define ONLINE		CPU_DIR "/online"
#define OLD_ONLINE	"/kexec/online"
#define INIT_PID	1
#define TASK_SIZE	8192	/* more than a task_struct has before its comm */

struct note {
	const char *name;
	unsigned int type;
	const char *text;
	size_t size;
};

static char notes[65536] __attribute__((aligned(8)));
static size_t notes_size;
static unsigned long ksoftirqd;

static size_t align(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

/* Returns the CPU that is to panic. */
static int read_crash(cpu_set_t *offline)
{
	char cmdline[VALUE_SIZE], list[64] = "", *rest;
	int err = read_value("/proc/cmdline", cmdline, sizeof(cmdline));

	if (!err)
		err = cmdline_value(cmdline, "percpu.crash", list, sizeof(list));
	rest = strchr(list, ',');
	if (!err)
		err = parse_cpulist(rest ? rest + 1 : "", offline);
	if (err)
		ksft_exit_fail_msg("percpu.crash=%s: %s\n", list, strerror(-err));
	return atoi(list);
}

static void copy(const char *from, const char *to)
{
	static char text[4 * VALUE_SIZE];
	int err = read_value(from, text, sizeof(text));
	FILE *file = fopen(to, "w");

	if (err || !file || fputs(text, file) < 0 || fclose(file))
		ksft_exit_fail_msg("%s to %s: %s\n", from, to, strerror(err ? -err : errno));
}

static void prepare(const cpu_set_t *offline)
{
	unsigned int busy = 0;
	int cpu, err = 0;

	for (cpu = next_cpu(-1, offline); cpu >= 0 && !err; cpu = next_cpu(cpu, offline))
		err = set_online_patiently(cpu, false, &busy);
	copy(IOMEM, OLD_IOMEM);
	copy(ONLINE, OLD_ONLINE);
	ksft_test_result(!err, "CPUs are offline: %s\n", strerror(-err));
}

static int read_notes(void)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment = { .p_type = PT_NULL };
	int i, fd = open(VMCORE, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return -errno;
	for (i = 0; i < header.e_phnum && segment.p_type != PT_NOTE; i++)
		if (pread(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment)) !=
		    sizeof(segment))
			return -EIO;
	if (segment.p_type != PT_NOTE || segment.p_filesz > sizeof(notes))
		return -ENOEXEC;
	notes_size = segment.p_filesz;
	i = pread(fd, notes, notes_size, segment.p_offset) == (ssize_t)notes_size ? 0 : -EIO;
	close(fd);
	return i;
}

/* The note at *@at, which becomes where the next one is */
static bool next_note(size_t *at, struct note *note)
{
	const Elf64_Nhdr *header = (const void *)(notes + *at);

	if (*at + sizeof(*header) > notes_size || !header->n_namesz)
		return false;
	note->name = (const char *)(header + 1);
	note->type = header->n_type;
	note->text = note->name + align(header->n_namesz);
	note->size = header->n_descsz;
	*at += sizeof(*header) + align(header->n_namesz) + align(header->n_descsz);
	return *at <= notes_size;
}

static bool is_of(const struct note *note, int cpu, int crashed)
{
	struct elf_prstatus status;

	if (note->size != sizeof(status)) {
		ksft_print_msg("cpu%d: a note of %zu bytes\n", cpu, note->size);
		return false;
	}
	memcpy(&status, note->text, sizeof(status));
	ksft_print_msg("cpu%d: pid %d, pc %#lx\n", cpu, status.pr_pid,
		       (unsigned long)status.pr_reg[0]);
	return (status.pr_pid == INIT_PID) == (cpu == crashed);
}

static void test_registers(const cpu_set_t *online, int crashed)
{
	int cpu = -1, count = 0;
	struct note note;
	bool ok = true;
	size_t at = 0;

	while (next_note(&at, &note)) {
		if (strcmp(note.name, "CORE") || note.type != NT_PRSTATUS)
			continue;
		cpu = next_cpu(cpu, online);
		count++;
		ok &= is_of(&note, cpu, crashed);
	}
	ksft_print_msg("%d notes of %d CPUs\n", count, CPU_COUNT(online));
	ksft_test_result(ok && count == CPU_COUNT(online), "registers of each CPU online\n");
}

/* Returns what follows @key in the line that begins with it, or "" */
static const char *find_line(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found && (found == text || found[-1] == '\n') ? found + strlen(key) : "";
}

static void test_vmcoreinfo(void)
{
	const char *last;
	char text[8192] = "";
	struct note note;
	size_t at = 0;

	while (next_note(&at, &note))
		if (!strcmp(note.name, "VMCOREINFO") && note.size < sizeof(text))
			memcpy(text, note.text, note.size);
	last = find_line(text, "CRASHTIME=");
	ksft_print_msg("VMCOREINFO has %zu bytes\n", strlen(text));
	ksft_test_result(!strncmp(text, "OSRELEASE=", 10) && strchr(last, '\n') &&
			 !strchr(last, '\n')[1] &&
			 strtoul(find_line(text, "SYMBOL(swapper_pg_dir)="), NULL, 16) ==
			 kernel_symbols.page_table, "VMCOREINFO is whole\n");
}

static void take_symbol(unsigned long address, char type, const char *name)
{
	(void)type;
	if (!strcmp(name, "ksoftirqd"))
		ksoftirqd = address;
}

static bool has_thread(int cpu)
{
	unsigned long offset, task = 0;
	unsigned long long phys = 0;
	static char text[TASK_SIZE];
	char name[32];
	int err;

	err = kernel_read_offset(cpu, &offset);
	if (!err)
		err = kernel_mapped_to_phys(ksoftirqd + offset, &phys);
	if (!err)
		err = kernel_read_phys(phys, &task, sizeof(task));
	if (!err)
		err = kernel_read(task, text, sizeof(text));
	snprintf(name, sizeof(name), "ksoftirqd/%d", cpu);
	if (!err && !memmem(text, sizeof(text), name, strlen(name) + 1))
		err = -ENOENT;
	ksft_print_msg("cpu%d: ksoftirqd at %#lx, %#llx, is %#lx: %s\n", cpu, ksoftirqd + offset,
		       phys, task, strerror(-err));
	return !err;
}

static void test_variables(void)
{
	cpu_set_t possible;
	bool ok = true;
	int cpu;

	need_cpulist(CPU_DIR "/possible", &possible);
	kallsyms_read(take_symbol);
	for (cpu = next_cpu(-1, &possible); cpu >= 0; cpu = next_cpu(cpu, &possible))
		ok &= has_thread(cpu);
	ksft_test_result(ok, "a variable of each CPU\n");
}

/*
 * A dump has the form of /proc/kcore, and the kernel that it is of is the one that runs, at
 * another place: for this test alone they are in the places of the running kernel's.
 */
static void open_dump(void)
{
	int err;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(VMCORE, "/proc/kcore", NULL, MS_BIND, NULL) ||
	    mount(OLD_IOMEM, IOMEM, NULL, MS_BIND, NULL))
		ksft_exit_fail_msg(VMCORE ": %s\n", strerror(errno));
	kernel_memory_open();
	err = read_notes();
	if (err)
		ksft_exit_fail_msg(VMCORE ": notes: %s\n", strerror(-err));
}

int main(void)
{
	cpu_set_t online, offline;
	int crashed;

	begin_test();
	if (access("/kexec", W_OK))
		ksft_exit_skip("no kernel to start, /kexec\n");
	crashed = read_crash(&offline);
	if (access(OLD_ONLINE, F_OK)) {
		ksft_set_plan(1);
		prepare(&offline);
	} else {
		need_cpulist(OLD_ONLINE, &online);
		open_dump();
		ksft_set_plan(3);
		test_registers(&online, crashed);
		test_vmcoreinfo();
		test_variables();
	}
	ksft_finished();
}
