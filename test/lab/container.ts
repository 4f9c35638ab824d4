import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, type Container, type Pod } from './pod-model.ts';
import { DIES_WITH_US, type Output, output, type Running, start } from './processes.ts';

/** What stands in for an image: programs of this machine. */
export interface Image {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly workingDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: number;
  readonly group: number;
  /** Files and folders of this machine, and where the container sees them. They are only read. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Folders that the image has. */
  readonly folders: readonly string[];
  /** Symbolic links of the image, and where they lead. */
  readonly links: Readonly<Record<string, string>>;
}

/** A container that is ready to be started. */
export interface Prepared {
  readonly container: Container;
  readonly pod: Pod;
  readonly image: Image;
  readonly environment: ReadonlyMap<string, string>;
  readonly command: readonly string[];
  /** Folders of the volumes by name. */
  readonly volumes: ReadonlyMap<string, string>;
  readonly networkNamespace: string;
  /** The file that stands for /etc/hosts. */
  readonly hosts: string;
  readonly folder: string;
}

/** What libraries look up there: names of users, certificates of authorities, where libraries are. */
const ETC =
  'ssl ca-certificates pki passwd group nsswitch.conf ld.so.cache ld.so.conf ld.so.conf.d alternatives localtime';

/** Starts it with a file system, a network, a user and an environment of its own. */
export async function startContainer(prepared: Prepared, logFile: string): Promise<Running> {
  const { folder, networkNamespace } = prepared;
  await mkdir(join(folder, 'root'), { recursive: true });
  const script = join(folder, 'start.sh');
  await writeFile(
    script,
    [...rootFileSystem(prepared), `exec chroot "$R" ${words(inside(prepared, prepared.command))}`].join('\n'),
  );
  const namespaces = [
    'nsenter',
    `--net=/run/netns/${networkNamespace}`,
    'unshare',
    '--mount',
    '--propagation',
    'private',
  ];
  return start([...DIES_WITH_US, ...namespaces, 'sh', script], logFile);
}

/** Runs a command in a container that runs. */
export async function execIn(
  prepared: Prepared,
  pid: number,
  command: readonly string[],
  timeoutMs: number,
): Promise<Output> {
  const enter = ['nsenter', '--target', String(pid), '--mount', '--net', '--root'];
  return output([...enter, ...inside(prepared, command)], { timeoutMs });
}

/** A script that mounts what the container sees under $R. */
function rootFileSystem({ image, container, volumes, hosts, folder }: Prepared): readonly string[] {
  const mounts = Object.entries(image.mounts).map(([from, to]) => bind(from, to, true));
  const volumeMounts = container.volumeMounts.map(({ name, mountPath, subPath, readOnly }) => {
    const volume = volumes.get(name);
    if (volume === undefined) throw new ConfigError(`There is no volume "${name}".`);
    return bind(join(volume, subPath), mountPath, readOnly);
  });
  return [
    'set -e',
    `R=${quote(join(folder, 'root'))}`,
    'mount -t tmpfs -o mode=755 tmpfs "$R"',
    'mkdir -p "$R/etc" "$R/dev" "$R/proc" "$R/usr" "$R/run"; mkdir -m 1777 "$R/tmp"',
    'mount --bind /usr "$R/usr"; mount -o remount,bind,ro "$R/usr"',
    'for d in bin sbin lib lib32 lib64 libx32; do [ ! -e /$d ] || cp -a /$d "$R/$d"; done',
    `for f in ${ETC}; do [ ! -e /etc/$f ] || cp -a /etc/$f "$R/etc/$f"; done`,
    'mount --rbind /dev "$R/dev"; mount --rbind /proc "$R/proc"',
    bind(hosts, '/etc/hosts', true),
    ...image.folders.map((path) => `mkdir -p "$R"${quote(path)}`),
    ...mounts,
    ...Object.entries(image.links).map(([link, to]) => `ln -s ${quote(to)} "$R"${quote(link)}`),
    ...volumeMounts,
    ...(container.securityContext.readOnlyRootFilesystem ? ['mount -o remount,ro "$R"'] : []),
  ];
}

function bind(from: string, to: string, readOnly: boolean): string {
  const target = `"$R"${quote(to)}`;
  const make = `if [ -d ${quote(from)} ]; then mkdir -p ${target}; else mkdir -p "$(dirname ${target})"; [ -e ${target} ] || : > ${target}; fi`;
  const mount = `mount --bind ${quote(from)} ${target}`;
  return [make, mount, ...(readOnly ? [`mount -o remount,bind,ro ${target}`] : [])].join('\n');
}

/** The command with the container's user and rights, and with nothing but its environment. */
function inside({ pod, container, image, environment }: Prepared, command: readonly string[]): readonly string[] {
  const { securityContext: ofPod } = pod.spec;
  const own = container.securityContext;
  const user = own.runAsUser ?? ofPod.runAsUser ?? image.user;
  const group = own.runAsGroup ?? ofPod.runAsGroup ?? image.group;
  if (user === 0 && (own.runAsNonRoot ?? ofPod.runAsNonRoot)) {
    throw new ConfigError('container has runAsNonRoot and image will run as root');
  }
  const groups = [...ofPod.supplementalGroups, ...(ofPod.fsGroup === undefined ? [] : [ofPod.fsGroup])];
  const dropsAll = own.capabilities?.drop.includes('ALL') ?? false;
  return [
    ...['/usr/bin/setpriv', `--reuid=${user}`, `--regid=${group}`],
    groups.length === 0 ? '--clear-groups' : `--groups=${groups.join(',')}`,
    ...(dropsAll ? ['--inh-caps=-all', '--bounding-set=-all'] : []),
    ...(own.allowPrivilegeEscalation === false ? ['--no-new-privs'] : []),
    ...['--pdeathsig', 'KILL', '--'],
    ...['/usr/bin/env', '--ignore-environment', `--chdir=${container.workingDir ?? image.workingDir}`],
    ...[...environment].map(([name, value]) => `${name}=${value}`),
    ...command,
  ];
}

function words(command: readonly string[]): string {
  return command.map(quote).join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
