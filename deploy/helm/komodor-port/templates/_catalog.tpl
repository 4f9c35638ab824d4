{{/* The folder of manifests in the container. */}}
{{- define "komodor-port.catalogPath" -}}
{{- $catalog := .Values.catalog | default dict -}}
{{- $path := $catalog.path | default "" -}}
{{- if hasPrefix "/" $path -}}
  {{- $path -}}
{{- else -}}
  {{- $root := ternary "/etc/komodor-port/catalog/current" "/etc/komodor-port/catalog" (not (not ($catalog.gitSync).enabled)) -}}
  {{- printf "%s/%s" $root $path | trimSuffix "/" -}}
{{- end -}}
{{- end }}

{{/* "true" when the chart mounts that folder; else it is in a volume of the user. */}}
{{- define "komodor-port.mountsCatalog" -}}
{{- $catalog := .Values.catalog | default dict -}}
{{- if and $catalog.enabled (or $catalog.files $catalog.existingConfigMap ($catalog.gitSync).enabled) -}}
true
{{- end -}}
{{- end }}

{{/* "true" when Git is asked over ssh. */}}
{{- define "komodor-port.isSsh" -}}
{{- if not (regexMatch "^https?://" ((.Values.catalog).gitSync).repository) -}}
true
{{- end -}}
{{- end }}

{{/*
The container that copies the repository: dict "root" $ "once" true. It tries again for ever: a Git server that is away stops
nothing, and what was copied stays. `once`: it ends with the first copy, for a pod that ends itself.
*/}}
{{- define "komodor-port.gitSync" -}}
{{- $root := .root -}}
{{- $sync := $root.Values.catalog.gitSync -}}
{{- $isSsh := include "komodor-port.isSsh" $root -}}
name: git-sync
image: {{ $sync.image | quote }}
{{- with $root.Values.imagePullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
args:
  - {{ printf "--repo=%s" $sync.repository | quote }}
  - {{ printf "--ref=%s" (include "komodor-port.text" $sync.ref) | quote }}
  - --root=/git
  - --link=current
  - --submodules=off
  {{- if .once }}
  - --one-time
  - --max-failures=3
  {{- else }}
  - {{ printf "--period=%s" $sync.period | quote }}
  - --max-failures=-1
  {{- end }}
  {{- if ($sync.secret).name }}
  {{- if $isSsh }}
  - --ssh-key-file=/etc/git-secret/identity
  - --ssh-known-hosts-file=/etc/git-secret/known_hosts
  {{- else }}
  - --password-file=/etc/git-secret/password
env:
  - name: GITSYNC_USERNAME
    valueFrom:
      secretKeyRef:
        name: {{ tpl $sync.secret.name $root | quote }}
        key: username
  {{- end }}
  {{- end }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  {{- $security := include "komodor-port.containerSecurityContext" $root | fromYaml }}
  {{- range $key, $value := $sync.securityContext }}{{ $_ := set $security $key $value }}{{ end }}
  {{- toYaml $security | nindent 2 }}
{{- with $sync.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: catalog
    mountPath: /git
  - name: git-sync-tmp
    mountPath: /tmp
  {{- if ($sync.secret).name }}
  - name: git-secret
    mountPath: /etc/git-secret
    readOnly: true
  {{- end }}
  {{- if ($root.Values.kubernetes).enabled }}
  # The token of Kubernetes is not for it: nothing is mounted where something is already.
  - name: no-token
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
  {{- end }}
{{- end }}

{{/* Volumes of the folder, as a YAML list. */}}
{{- define "komodor-port.catalogVolumes" -}}
{{- $catalog := .Values.catalog | default dict -}}
{{- if ($catalog.gitSync).enabled -}}
- name: catalog
  emptyDir: {}
- name: git-sync-tmp
  emptyDir: {}
{{- if ($catalog.gitSync.secret).name }}
- name: git-secret
  secret:
    secretName: {{ tpl $catalog.gitSync.secret.name . | quote }}
    # ssh takes a key that others can read as long as it is somebody else's, which it is: root's.
    defaultMode: 0444
{{- end }}
{{- if (.Values.kubernetes).enabled }}
- name: no-token
  emptyDir: {}
{{- end }}
{{- else -}}
- name: catalog
  configMap:
    name: {{ $catalog.existingConfigMap | default (printf "%s-catalog" (include "komodor-port.fullname" .)) | quote }}
{{- end -}}
{{- end }}
