{{/* The schedule of the CronJob: a cron expression, or minutes that an hour or a day can be divided by. */}}
{{- define "komodor-port.schedule" -}}
{{- $text := include "komodor-port.text" .Values.scheduledResyncInterval -}}
{{- if eq $text "" -}}
0 * * * *
{{- else if regexMatch "^[0-9]+$" $text -}}
  {{- $minutes := int $text -}}
  {{- if and (gt $minutes 0) (lt $minutes 60) (eq (mod 60 (max $minutes 1)) 0) -}}
*/{{ $minutes }} * * * *
  {{- else if eq $minutes 60 -}}
0 * * * *
  {{- else if eq $minutes 1440 -}}
0 0 * * *
  {{- else if and (eq (mod $minutes 60) 0) (gt $minutes 60) (lt $minutes 1440) (eq (mod 1440 (max $minutes 1)) 0) -}}
0 */{{ div $minutes 60 }} * * *
  {{- else -}}
    {{- fail (printf "scheduledResyncInterval: no schedule runs every %d minutes. With workload.kind CronJob give a cron expression such as \"0 */2 * * *\", or minutes that divide an hour or a day." $minutes) -}}
  {{- end -}}
{{- else if regexMatch "^(@[a-z]+|([^\\s]+\\s+){4}[^\\s]+)$" (trimAll "'\"" $text) -}}
{{ trimAll "'\"" $text }}
{{- else -}}
  {{- fail (printf "scheduledResyncInterval: with workload.kind CronJob it is a cron expression such as \"0 * * * *\", or a number of minutes; not %q." $text) -}}
{{- end -}}
{{- end }}

{{/* A Job that carries out one resync: dict "root" $ "args" (list …) "env" (list …) "deadline" seconds "extraContainers" (list …) "annotations" (dict …). */}}
{{- define "komodor-port.resyncJobSpec" -}}
backoffLimit: 0
{{- if not (has (include "komodor-port.text" .deadline) (list "" "0")) }}
activeDeadlineSeconds: {{ include "komodor-port.text" .deadline }}
{{- end }}
template:
{{ include "komodor-port.pod" (merge (dict "component" "resync" "args" (.args | default (list "start")) "restartPolicy" "Never" "probes" false) .) | indent 2 }}
{{- end }}

{{/* Seconds until a resync of the CronJob is stopped; 0 when it never is. */}}
{{- define "komodor-port.cronDeadline" -}}
{{- $minutes := ((.Values.workload).cron).resyncTimeoutMinutes -}}
{{- mul (int ($minutes | default 0)) 60 -}}
{{- end }}
