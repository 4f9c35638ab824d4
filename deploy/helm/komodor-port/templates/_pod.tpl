{{/* Settings of a container: envFrom and env. dict "root" $ "env" (list …) "resources" (dict …). extraEnv goes before "env", and that before ours. */}}
{{- define "komodor-port.environment" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $variables := include "komodor-port.variables" $root | fromYaml -}}
{{- $env := list -}}
{{- $heap := include "komodor-port.heapMegabytes" (.resources | default $values.resources) -}}
{{- if and $heap (not (hasKey $variables.config "NODE_OPTIONS")) -}}
  {{- $env = append $env (dict "name" "NODE_OPTIONS" "value" (printf "--max-old-space-size=%s" $heap)) -}}
{{- end -}}
{{- if ($values.selfSignedCertificate).enabled -}}
  {{- $env = append $env (dict "name" "NODE_EXTRA_CA_CERTS" "value" "/etc/komodor-port/ca/ca.crt") -}}
{{- end -}}
{{- $env = concat $env (include "komodor-port.redisEnv" $root | fromYamlArray) -}}
{{- $notify := ($values.notify).existingSecret | default dict -}}
{{- if $notify.name -}}
  {{- $env = append $env (include "komodor-port.fromSecret" (dict "name" "NOTIFY_URL" "secret" $notify.name "key" $notify.key) | fromYaml) -}}
{{- end -}}
{{- $env = concat $env (include "komodor-port.otelEnv" $root | fromYamlArray) (.env | default list) -}}
{{- $extra := tpl (toYaml ($values.extraEnv | default list)) $root | fromYamlArray -}}
{{- range $extra -}}
  {{- if hasKey . "value" -}}{{- $_ := set . "value" (include "komodor-port.text" .value) -}}{{- end -}}
{{- end -}}
{{- /* Each name once: server-side apply refuses a list with the same name twice. */ -}}
{{- $last := dict -}}
{{- range concat $env $extra -}}{{- $_ := set $last .name . -}}{{- end -}}
{{- $once := list -}}
{{- range concat $env $extra -}}
  {{- if hasKey $last .name -}}
    {{- $once = append $once (get $last .name) -}}
    {{- $_ := unset $last .name -}}
  {{- end -}}
{{- end -}}
envFrom:
  - configMapRef:
      name: {{ include "komodor-port.fullname" $root | quote }}
{{- range include "komodor-port.secretList" $root | fromYamlArray }}
  - secretRef:
      name: {{ . | quote }}
{{- end }}
{{- with $values.extraEnvFrom }}
{{ tpl (toYaml .) $root | indent 2 }}
{{- end }}
{{- if $once }}
env:
{{ toYaml $once | indent 2 }}
{{- end }}
{{- end }}

{{/* The address of Redis, where it does not come from a Secret with settings, as a YAML list of variables. */}}
{{- define "komodor-port.redisEnv" -}}
{{- $redis := .Values.redis | default dict -}}
{{- $env := list -}}
{{- if ($redis.existingSecret).name -}}
  {{- $env = append $env (include "komodor-port.fromSecret" (dict "name" "REDIS_URL" "secret" $redis.existingSecret.name "key" $redis.existingSecret.key) | fromYaml) -}}
{{- else if $redis.enabled -}}
  {{- $host := printf "%s-redis:6379/0" (include "komodor-port.fullname" .) -}}
  {{- if ($redis.auth).existingSecret -}}
    {{- $env = append $env (include "komodor-port.fromSecret" (dict "name" "REDIS_PASSWORD" "secret" (tpl $redis.auth.existingSecret .) "key" $redis.auth.key) | fromYaml) -}}
  {{- end -}}
  {{- $env = append $env (dict "name" "REDIS_URL" "value" (printf "redis://%s" $host)) -}}
{{- end -}}
{{- toYaml $env -}}
{{- end }}

{{/* A variable from a Secret: dict "name" … "secret" … "key" …. */}}
{{- define "komodor-port.fromSecret" -}}
name: {{ .name | quote }}
valueFrom:
  secretKeyRef:
    name: {{ .secret | quote }}
    key: {{ .key | default .name | quote }}
{{- end }}

{{/* Three quarters of limits.memory in MiB, which leaves room for what is outside of the heap. Nothing without a limit. */}}
{{- define "komodor-port.heapMegabytes" -}}
{{- $text := include "komodor-port.text" ((.limits).memory) -}}
{{- if regexMatch "^[0-9.]+([kMGT]|[KMGT]i)?$" $text -}}
  {{- $bytes := dict "" 1.0 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
  {{- $unit := regexFind "[a-zA-Z]+$" $text -}}
  {{- divf (mulf (float64 (trimSuffix $unit $text)) (get $bytes $unit) 0.75) 1048576.0 | floor | printf "%.0f" -}}
{{- end -}}
{{- end }}

{{/* Security of a pod (root). */}}
{{- define "komodor-port.podSecurityContext" -}}
{{- toYaml (.Values.podSecurityContext | default dict) -}}
{{- end }}

{{/* Security of a container (root). */}}
{{- define "komodor-port.containerSecurityContext" -}}
{{- toYaml (.Values.containerSecurityContext | default dict) -}}
{{- end }}

{{/* A probe: dict "name" … "probe" (dict …) "path" …. */}}
{{- define "komodor-port.probe" -}}
{{- if (.probe).enabled -}}
{{ .name }}:
{{- if not (or (hasKey .probe "httpGet") (hasKey .probe "exec") (hasKey .probe "tcpSocket")) }}
  httpGet:
    path: {{ .path }}
    port: http
{{- end }}
{{- with omit .probe "enabled" }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where scheduling wants a pod, and what it pulls (root): the same for every pod of the chart. */}}
{{- define "komodor-port.podPlacement" -}}
{{- range $key := list "imagePullSecrets" "hostAliases" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" "dnsPolicy" "dnsConfig" }}
{{- with get $.Values $key }}
{{- if eq $key "nodeSelector" }}
{{ dict $key (include "komodor-port.texts" . | fromYaml) | toYaml }}
{{- else }}
{{ dict $key . | toYaml }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
The whole template of a pod: dict "root" $ "component" "worker" "args" (list "start") "env" (list …) "restartPolicy" "Never"
"probes" true "resources" (dict …) "extraContainers" (list …) "annotations" (dict …).
Nothing in it depends on the chart's version: a commit that changes nothing restarts nothing.
*/}}
{{- define "komodor-port.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $mapping := $values.mapping | default dict -}}
{{- $blueprints := $values.blueprints | default dict -}}
{{- $certificate := $values.selfSignedCertificate | default dict -}}
{{- $hasGitSync := and ($values.catalog).enabled (($values.catalog).gitSync).enabled -}}
{{- $files := printf "%s%s%s" (include "komodor-port.fileData" $mapping) (include "komodor-port.fileData" $blueprints) (ternary $certificate.certificate "" (not (not $certificate.enabled))) -}}
{{- $checksums := dict
  "checksum/config" (printf "%s%s" (include "komodor-port.configData" $root) $files | sha256sum)
  "checksum/secret" (include "komodor-port.secretData" $root | sha256sum)
-}}
metadata:
  annotations:
{{ merge $checksums (.annotations | default dict) ($values.podAnnotations | default dict) | include "komodor-port.texts" | indent 4 }}
  labels:
{{ include "komodor-port.podLabels" . | indent 4 }}
spec:
  serviceAccountName: {{ include "komodor-port.serviceAccountName" $root | quote }}
  automountServiceAccountToken: {{ not (not ($values.kubernetes).enabled) }}
  enableServiceLinks: false
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- if hasKey $values "terminationGracePeriodSeconds" }}
  terminationGracePeriodSeconds: {{ include "komodor-port.text" $values.terminationGracePeriodSeconds }}
  {{- end }}
  securityContext:
{{ include "komodor-port.podSecurityContext" $root | indent 4 }}
  {{- with include "komodor-port.podPlacement" $root | trim }}{{ nindent 2 . }}{{ end }}
  {{- if or $values.extraInitContainers (and $hasGitSync .restartPolicy) }}
  initContainers:
    {{- if and $hasGitSync .restartPolicy }}
    {{- list (include "komodor-port.gitSync" (dict "root" $root "once" true) | fromYaml) | toYaml | nindent 4 }}
    {{- end }}
    {{- with $values.extraInitContainers }}
{{ tpl (toYaml .) $root | indent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: komodor-port
      image: {{ include "komodor-port.image" $root | quote }}
      {{- with $values.imagePullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      {{- with .args }}
      args:
{{ toYaml . | indent 8 }}
      {{- end }}
      # Why the service stopped stands in its last lines: kubectl describe pod shows them.
      terminationMessagePolicy: FallbackToLogsOnError
      securityContext:
{{ include "komodor-port.containerSecurityContext" $root | indent 8 }}
      ports:
        - name: http
          containerPort: 8000
          protocol: TCP
{{ include "komodor-port.environment" . | indent 6 }}
      {{- if .probes }}
      {{- with include "komodor-port.probe" (dict "name" "startupProbe" "probe" $values.startupProbe "path" "/health/live") }}{{ nindent 6 . }}{{ end }}
      {{- with include "komodor-port.probe" (dict "name" "livenessProbe" "probe" $values.livenessProbe "path" "/health/live") }}{{ nindent 6 . }}{{ end }}
      {{- with include "komodor-port.probe" (dict "name" "readinessProbe" "probe" $values.readinessProbe "path" "/health/ready") }}{{ nindent 6 . }}{{ end }}
      {{- end }}
      {{- with .resources | default $values.resources }}
      resources:
{{ toYaml . | indent 8 }}
      {{- end }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: ocean-tmp
          mountPath: /tmp/ocean
        {{- if or $mapping.files $mapping.existingConfigMap }}
        - name: mappings
          mountPath: /etc/komodor-port/mappings
          readOnly: true
        {{- end }}
        {{- if or $blueprints.files $blueprints.existingConfigMap }}
        - name: blueprints
          mountPath: /etc/komodor-port/blueprints
          readOnly: true
        {{- end }}
        {{- if include "komodor-port.mountsCatalog" $root }}
        - name: catalog
          mountPath: /etc/komodor-port/catalog
          readOnly: true
        {{- end }}
        {{- if $certificate.enabled }}
        - name: ca
          mountPath: /etc/komodor-port/ca
          readOnly: true
        {{- end }}
        {{- with $values.extraVolumeMounts }}
{{ tpl (toYaml .) $root | indent 8 }}
        {{- end }}
    {{- if and $hasGitSync (not .restartPolicy) }}
    {{- list (include "komodor-port.gitSync" (dict "root" $root) | fromYaml) | toYaml | nindent 4 }}
    {{- end }}
    {{- with .extraContainers }}
{{ tpl (toYaml .) $root | indent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir: {}
    - name: ocean-tmp
      emptyDir: {}
    {{- if or $mapping.files $mapping.existingConfigMap }}
    - name: mappings
      configMap:
        name: {{ $mapping.existingConfigMap | default (printf "%s-mappings" (include "komodor-port.fullname" $root)) | quote }}
    {{- end }}
    {{- if or $blueprints.files $blueprints.existingConfigMap }}
    - name: blueprints
      configMap:
        name: {{ $blueprints.existingConfigMap | default (printf "%s-blueprints" (include "komodor-port.fullname" $root)) | quote }}
    {{- end }}
    {{- if include "komodor-port.mountsCatalog" $root }}
    {{- include "komodor-port.catalogVolumes" $root | nindent 4 }}
    {{- end }}
    {{- if $certificate.enabled }}
    - name: ca
{{ include "komodor-port.certificateVolume" $root | indent 6 }}
    {{- end }}
    {{- with $values.extraVolumes }}
{{ tpl (toYaml .) $root | indent 4 }}
    {{- end }}
{{- end }}

{{/* Where the certificate authority comes from: a Secret, a ConfigMap, or the values. */}}
{{- define "komodor-port.certificateVolume" -}}
{{- $certificate := .Values.selfSignedCertificate -}}
{{- if ($certificate.secret).name -}}
secret:
  secretName: {{ $certificate.secret.name | quote }}
  items: [{ key: {{ $certificate.secret.key | quote }}, path: ca.crt }]
{{- else -}}
configMap:
  name: {{ ($certificate.configMap).name | default (printf "%s-ca" (include "komodor-port.fullname" .)) | quote }}
  items: [{ key: {{ empty ($certificate.configMap).name | ternary "ca.crt" ($certificate.configMap).key | quote }}, path: ca.crt }]
{{- end -}}
{{- end }}
