### Таблица, которой район передаёт данные многих школ; карточка человека.

phase-handover = Сохранение

handover-no-connector = Ни один коннектор не понимает всех столбцов таблицы.
handover-several-connectors = Столбцы таблицы подходят нескольким коннекторам. Укажите, какому.
handover-empty = Ячейка пуста.
handover-empty-fix = Впишите значение или уберите строку.
handover-too-long = Значение слишком длинное: больше 64 КиБ.
handover-too-long-fix = Проверьте, что в ячейку попало только это значение.
handover-formula = Вместо значения формула.
handover-formula-fix = Вставьте в ячейку само значение. Если оно вправду начинается с «=», сохраните его командой exchange secret set.
handover-school-unknown = Такой школы нет.
handover-school-unknown-fix = Напишите имя файла школы без .toml или название, как в её файле.
handover-school-ambiguous = Так называются несколько школ.
handover-school-ambiguous-fix = Напишите вместо названия имя файла школы без .toml.
handover-two-schools = В столбцах названы разные школы.
handover-two-schools-fix = Оставьте одну из них.
handover-school-twice = Эта школа уже есть в строке { $row }: неясно, какая строка верна, и не берётся ни одна.
handover-school-twice-fix = Оставьте одну строку.
handover-no-task = У школы «{ $school }» нет задачи «{ $what }».
handover-no-task-fix = Добавьте задачу в файл школы { $school }.toml или уберите строку.
handover-several-tasks = У школы «{ $school }» несколько задач коннектора «{ $what }».
handover-several-tasks-fix = Укажите, какой задаче: --task ЗАДАЧА.
handover-file = С этими настройками файл школы «{ $school }» был бы неверен.
handover-file-fix = Исправьте файл: что в нём не так, покажет exchange check { $school }.
handover-setting = Настройка «{ $setting }» не допускает такого значения.
handover-setting-fix = Что подходит: exchange connector inspect { $connector }.
handover-column-unknown = Неизвестно, что в столбце { $column }.
handover-column-unknown-fix = Уберите столбец или назовите его как секрет или настройку: { $names }.
handover-column-ambiguous = Так названы и секрет, и настройка.
handover-column-ambiguous-fix = Озаглавьте столбец именем из описания коннектора: exchange connector inspect.
handover-column-twice = Второй столбец для того же самого.
handover-column-twice-fix = Уберите один из них.
handover-column-captured = Это значение программа получает сама при входе, его не вписывают.
handover-column-captured-fix = Уберите столбец; школа входит командой exchange bind.
handover-no-columns = В таблице нет ничего, кроме школ.
handover-no-columns-fix = Добавьте столбцы с секретами или настройками: { $names }.
handover-more = … и ещё { $n } (все: --json)
handover-nothing-stored = Ничего не сохранено. Исправьте таблицу и повторите, или сохраните верные строки: --partly.
handover-untouched = { $n ->
    [one] Было бы сохранено для { $n } школы.
   *[other] Было бы сохранено для { $n } школ.
}
handover-stored = { $n ->
    [one] Сохранено для { $n } школы.
   *[other] Сохранено для { $n } школ.
}
handover-unchanged = { $n ->
    [one] Без изменений у { $n } школы.
   *[other] Без изменений у { $n } школ.
}
handover-busy = { $n ->
    [one] Занята другой работой { $n } школа.
    [few] Заняты другой работой { $n } школы.
   *[other] Заняты другой работой { $n } школ.
}
handover-failed = { $n ->
    [one] Не удалось сохранить для { $n } школы.
   *[other] Не удалось сохранить для { $n } школ.
}
handover-name = { $name }: { $n ->
    [one] { $n } школа
    [few] { $n } школы
   *[other] { $n } школ
}
handover-busy-school = { $school }: ничего не сохранено, школа занята. Выполните ту же команду ещё раз: сохранённое останется как есть.
handover-failed-school = { $school }: не сохранено.
secret-of-task = У задачи есть своё значение, и оно главнее: «{ $own }». Чтобы сменить его: exchange secret set { $own } --school { $school }.
audit-secret-import = переданы таблицей пароли и настройки

person-more = … и ещё { $n }; уточните имя
person-which = Кого показать: exchange person { $school } НОМЕР
person-no-identifiers = Идентификаторов в других системах нет.
person-no-tasks = Ни одна задача ничего об этом человеке не знает.
person-from-task = принесла задача { $task }
person-from-files = из файлов школы
person-there = есть
person-accepted = принято, проверить нельзя
person-not-confirmed = не подтверждено
person-undone = отменено человеком
person-in-doubt = под вопросом
person-waiting = ждём
person-decision = нужно решение
person-rejected = отклонено
person-failed = не отправлено
person-told = отличается
person-gone = больше не нужно
person-left-out = не передаётся
column-person = Номер
column-system = Система
column-identifier = Идентификатор
column-from = Откуда
audit-person = открыта карточка человека
audit-person-search = поиск людей по имени
