{{/* Variables for OpenTelemetry traces, as a YAML list. */}}
{{- define "komodor-port.otelEnv" -}}
[]
{{- end }}
