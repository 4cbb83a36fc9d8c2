// The name of this platform's add-on, for those that build it and those that load it.

/** The name by which this platform's add-on is built and published, such as `linux-x64-gnu`. */
export function addonTarget(): string {
  const { platform, arch } = process;
  if (platform === 'linux') {
    const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
    return `linux-${arch}-${report?.header?.glibcVersionRuntime === undefined ? 'musl' : 'gnu'}`;
  }
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** The file of an add-on that was built in a checkout, below the package's folder. */
export function addonFile(): string {
  return `dist/native/talray.${addonTarget()}.node`;
}
