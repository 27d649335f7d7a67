// The few system calls that files need, with their errors as text. Portable between Linux and macOS.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the system says of an error number, such as `No such file or directory`.
func systemMessage(_ code: Int32) -> String {
    // Both C libraries keep the text per thread or constant.
    String(cString: strerror(code))
}

func closeDescriptor(_ descriptor: Int32) {
    _ = close(descriptor)
}

/// Writes all bytes, however many calls that takes. Gives 0, or the error number of the call that failed.
func writeAll(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Int32 {
    let result = bytes.withContiguousStorageIfAvailable { buffer -> Int32 in
        var rest = UnsafeRawBufferPointer(buffer)
        while !rest.isEmpty {
            let count = write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                return code
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
        return 0
    }
    return result ?? writeAll(Array(bytes), to: descriptor)
}

/// Puts a file's data on the disk itself. Gives 0 or an error number.
func synchronize(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
        // On macOS fsync leaves the data in the drive's cache.
        if fcntl(descriptor, F_FULLFSYNC) == 0 { return 0 }
    #endif
    while fsync(descriptor) != 0 {
        let code = errno
        if code != EINTR { return code }
    }
    return 0
}
