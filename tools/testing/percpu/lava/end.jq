# SPDX-License-Identifier: GPL-2.0-only
# How a job's boot ended, in the form of a cell's "end", from the records of LAVA's log: lines
# of the console and the job's own result. A boot is stopped by LAVA, or LAVA itself fails.
# $whole: the guest's results are, or the kernel panicked, so the rest of the job says nothing.

def time: (.dt[:19] + "Z" | fromdate) + ("0" + .dt[19:] | tonumber);
def harness_errors: "Infrastructure", "Bug", "Configuration", "Canceled", "MultinodeTimeout";

(map(select(.lvl == "target") | time) | if . == [] then null else . end) as $said
| (map(select(.lvl == "results")) | last) as $job
| ($job.msg.error_msg // "" | gsub("\\s+"; " ")) as $why
| "started \($said[0] // 0)", "seconds \(($said[-1] // 0) - ($said[0] // 0))", "status 0",
if $whole then empty
elif $job == null then "error the log ends before the job"
elif $said == null then "error nothing was booted: \($why)"
elif $job.msg.error_type | IN(harness_errors) then "error LAVA: \($job.msg.error_type): \($why)"
elif $why | contains("timed out") then
	"stopped " + if ($job | time) - $said[-1] > 40 then "silence" else "timeout" end
else empty end
