{{/* Variables for OpenTelemetry traces, as a YAML list. */}}
{{- define "komodor-port.otelEnv" -}}
{{- $otel := .Values.otel | default dict -}}
{{- $env := list -}}
{{- if $otel.enabled -}}
  {{- $env = append $env (dict "name" "OTEL_EXPORTER_OTLP_ENDPOINT" "value" (tpl $otel.endpoint .)) -}}
  {{- with $otel.serviceName -}}{{- $env = append $env (dict "name" "OTEL_SERVICE_NAME" "value" (tpl . $)) -}}{{- end -}}
  {{- if ($otel.existingSecret).name -}}
    {{- $env = append $env (include "komodor-port.fromSecret" (dict "name" "OTEL_EXPORTER_OTLP_HEADERS" "secret" (tpl $otel.existingSecret.name .) "key" $otel.existingSecret.key) | fromYaml) -}}
  {{- end -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}
