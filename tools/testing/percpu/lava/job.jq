# SPDX-License-Identifier: GPL-2.0-only
# Fills $template for $cell from QEMU's arguments, which are read one a line. LAVA makes the
# command of the job's context and of an argument for each file that it fetches:
#
#   -M virt,...  -m 1024M  -smp 4  -kernel build/.../Image  -append "..."
#   context:     context:  context: image kernel:            with the image
#   machine      memory    extra    url, "-kernel {kernel}"

def image($name; $arg; $path):
	"\n      \($name):\n        image_arg: \($arg | tojson)" +
	"\n        url: \("file://" + $path | tojson)";

def file($append): .option[1:] as $name
	| image($name; "\(.option) {\($name)}" + if $name == "kernel" then $append else "" end; .value);

# "loader,addr=A,force-raw=on,file=PATH"
def loaded($name): .value / "file=" | image($name; "-device \(.[0])file={\($name)}"; .[1]);

def is_file: .option | IN("-bios", "-dtb", "-kernel", "-initrd");
def is_extra: .option | IN("-M", "-m", "-cpu", "-append", "-device", "-display") | not;

[inputs] | .[0] as $qemu
| reduce .[1:][] as $word ([];
	if $word | startswith("-") then . + [{option: $word}] else .[-1].value = $word end)
| . as $options
| (map({(.option): .value}) | add) as $value
| (if $value["-append"] then " -append \"\($value["-append"])\"" else "" end) as $append
| {
	cell: $cell, qemu: $qemu, seconds: $seconds, job_seconds: (300 + 2 * $seconds),
	machine: $value["-M"], cpu: $value["-cpu"], memory: $value["-m"],
	options: ["-machine \($value["-M"])", "-cpu \($value["-cpu"])", "-nographic",
		"-m \($value["-m"])", "-monitor none"],
	extra: map(select(is_extra and (is_file | not))
		| .option + if .value then " \(.value)" else "" end)
}
| map_values(tojson) + {images: [
	($options[] | select(is_file) | file($append)),
	([$options[] | select(.option == "-device")] | to_entries[]
		| .key as $n | .value | loaded("loaded\($n)"))] | add}
| reduce to_entries[] as $field ($template; split("@\($field.key)@") | join($field.value))
